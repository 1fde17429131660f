"""Query parameters that a list does not have, or whose value it rejects."""

import copy
from collections.abc import Iterable
from typing import Any

from django.contrib.admin.exceptions import DisallowedModelAdminLookup
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import FieldDoesNotExist
from django.db.models.constants import LOOKUP_SEP
from django.http import HttpRequest, QueryDict
from django.utils.text import Truncator
from unfold.views import ChangeList

MAX_SHOWN_LENGTH = 80


class SortableChangeList(ChangeList):
    """A list that a URL can sort only by its sortable columns: the others have no index."""

    page_num: int  # set by Django

    def get_ordering_field(self, field_name: Any) -> Any:
        return super().get_ordering_field(field_name) if field_name in self.sortable_by else None

    def get_results(self, request: HttpRequest) -> None:
        """Show the last page in place of one after it, from which an action or a form has removed the rows."""
        try:
            super().get_results(request)
        except IncorrectLookupParameters:
            if self.page_num < 1:
                raise
            paginator = self.model_admin.get_paginator(request, self.queryset, self.list_per_page)
            self.page_num = paginator.num_pages
            super().get_results(request)


def is_shown(model_admin: Any, request: HttpRequest, lookup: str) -> bool:
    """Return whether a lookup is for a field of the list's filters, columns or links, or for the id of its rows."""
    try:
        name = model_admin.opts.get_field(lookup.partition(LOOKUP_SEP)[0]).name
    except FieldDoesNotExist:  # a parameter of a filter, or `pk`
        return True
    filters = (item[0] if isinstance(item, tuple) else item for item in model_admin.get_list_filter(request))
    columns = (getattr(column, "__name__", column) for column in model_admin.list_display)
    shown = {str(item).partition(LOOKUP_SEP)[0] for item in (*filters, *columns)}
    # Django allows all fields: filters by a prefix would disclose a hidden field, character by character.
    return name in shown or name == model_admin.opts.pk.name or lookup in model_admin.linked_lookups


def refused_parameters(model_admin: Any, request: HttpRequest) -> list[str]:
    """Return the parameters without which the list can be shown; all of them if only their combination is refused."""
    # Django rejects the whole query, and does not name the parameter.
    names = [name for name in request.GET if not _is_accepted(model_admin, request, name)]
    return names or [*request.GET]


def has_nul(values: Iterable[str]) -> bool:
    # PostgreSQL accepts no NUL in a text.
    return any("\x00" in value for value in values)


def _is_accepted(model_admin: Any, request: HttpRequest, name: str) -> bool:
    values = request.GET.getlist(name)
    if has_nul(values):
        return False
    alone = copy.copy(request)
    query = QueryDict(mutable=True)
    query.setlist(name, values)
    alone.GET = query  # type: ignore[assignment]  # a QueryDict, as Django sets it itself
    try:
        model_admin.get_changelist_instance(alone)
    except (IncorrectLookupParameters, DisallowedModelAdminLookup):
        return False
    return True


def url_without(request: HttpRequest, names: list[str]) -> str:
    """Return the URL of the list with its other parameters."""
    query = request.GET.copy()
    for name in names:
        del query[name]
    return f"{request.path}?{query.urlencode()}" if query else request.path


def sentence(request: HttpRequest, names: list[str]) -> str:
    shown = ", ".join(
        Truncator(f"{name}={request.GET[name]}".replace("\x00", "")).chars(MAX_SHOWN_LENGTH) for name in names
    )
    return f"The list has no such filter or value, and ignores it: {shown}."
