import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django import template
from django.utils.html import format_html, strip_tags
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst

from events.names import event_label
from krafter_audit.admin import text
from krafter_audit.displayed_times import time_element

register = template.Library()
EMPTY_CELL = re.compile(r"<td[^>]*>\s*-?\s*</td>")
for function in (
    text.ago, text.duration, text.due_badge, text.grouped, text.status_label, event_label,
    text.text_moment, text.web_link, text.in_seconds, text.browser_name,
):  # fmt: skip
    register.filter(function)
register.filter("moment", time_element)


@register.filter
def is_moment(field: Any) -> bool:
    """Return whether a read-only field of a form shows a time."""
    resolved = field.resolved_field
    return isinstance(resolved, tuple) and isinstance(resolved[2], datetime)


@register.filter
def labelled(cells: Iterable[SafeString], headers: list[dict[str, Any]]) -> Iterator[SafeString]:
    """Yield the cells of a row of a list with the labels of their columns, which a card of a phone shows."""
    for cell, header in zip(cells, headers, strict=True):
        label = "" if EMPTY_CELL.fullmatch(cell) else capfirst(strip_tags(header["text"]))
        attribute = format_html(' data-label="{}">', label)
        yield mark_safe(cell.replace(">", attribute, 1))  # noqa: S308  (Unfold escapes the cells)
