"""Quick filters: links above a list with their numbers of rows."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, ClassVar
from uuid import UUID

from django.contrib.admin import SimpleListFilter
from django.contrib.admin.options import IncorrectLookupParameters
from django.db.models import QuerySet
from django.http import HttpRequest

from krafter_audit.admin.project_scope import PROJECT_PARAMETER, chosen_project, visible_projects
from krafter_audit.db.counting import bounded_count

MAX_COUNTED = 1000  # rows of a condition that no counter has


class QuickFilter(SimpleListFilter):
    title = "quick filter"
    parameter_name = "quick"
    template = "admin/no_filter.html"  # the filters are shown above the list instead
    labels: ClassVar[Mapping[str, str]]  # name of a condition → text

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, str]]:
        return list(self.labels.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        name = self.value()
        if name is None:
            return queryset
        if name not in self.labels:
            raise IncorrectLookupParameters
        return self.apply(queryset, name, request)

    def apply(self, rows: QuerySet[Any], name: str, request: HttpRequest) -> QuerySet[Any]:
        raise NotImplementedError

    def counts(self, request: HttpRequest, project_ids: list[UUID]) -> Mapping[str, int | str]:
        """Return the rows of each filter in the projects."""
        raise NotImplementedError


def links(changelist: Any, request: HttpRequest) -> list[dict[str, Any]]:
    """Return a list's quick filters: label, URL, count (None if unknown), whether chosen."""
    found = next((spec for spec in changelist.filter_specs if isinstance(spec, QuickFilter)), None)
    if found is None:
        return []
    counts = {} if _is_narrowed(changelist, request) else found.counts(request, _counted_projects(request))
    chosen = found.value()
    every = {"label": "All", "url": changelist.get_query_string(remove=["quick"]), "chosen": not chosen}
    return [
        every,
        *(
            {
                "label": label,
                "url": changelist.get_query_string({"quick": name}),
                "count": f"{count:,}" if isinstance(count := counts.get(name), int) else count,
                "chosen": chosen == name,
            }
            for name, label in found.labels.items()
        ),
    ]


def _is_narrowed(changelist: Any, request: HttpRequest) -> bool:
    """Return whether the list has a search or a filter that the counts do not include."""
    chosen, by_project = chosen_project(request), request.GET.get(PROJECT_PARAMETER)
    others = set(changelist.filter_params) - {QuickFilter.parameter_name, PROJECT_PARAMETER}
    is_of_another = bool(chosen and by_project and by_project != str(chosen.pk))
    return bool(changelist.query or others or is_of_another)


def _counted_projects(request: HttpRequest) -> list[UUID]:
    """Return the chosen project, that of the list's filter, or all that the user may see."""
    visible, chosen = visible_projects(request), chosen_project(request)
    with suppress(ValueError):  # the list has no filter
        visible = visible.filter(pk=chosen.pk if chosen else UUID(request.GET.get(PROJECT_PARAMETER, "")))
    return list(visible.values_list("pk", flat=True))


def counted_rows(rows: QuerySet[Any]) -> int | str:
    """Return the number of rows, or `1,000+`, for conditions that no counter has."""
    count = bounded_count(rows, MAX_COUNTED)
    return f"{MAX_COUNTED:,}+" if count is None else count
