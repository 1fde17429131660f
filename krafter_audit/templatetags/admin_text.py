from datetime import datetime
from typing import Any

from django import template

from events.names import event_label
from krafter_audit.admin import text

register = template.Library()
for words in (
    text.ago, text.moment, text.duration, text.due_badge, text.grouped, text.status_label, event_label,
    text.text_moment, text.web_link, text.in_seconds, text.browser_name,
):  # fmt: skip
    register.filter(words)


@register.filter
def is_moment(field: Any) -> bool:
    """Return whether a read-only field of a form shows a time."""
    resolved = field.resolved_field
    return isinstance(resolved, tuple) and isinstance(resolved[2], datetime)
