"""Filters of lists."""

from typing import Any

import django_filters
from django.http import QueryDict
from drf_spectacular.utils import OpenApiParameter

from krafter_audit.api.errors import InvalidParams

LIMIT = OpenApiParameter("limit", int, description="1 to 100, 25 by default.")
CURSOR = OpenApiParameter("cursor", str, description="`meta.next_cursor` of the previous page.")
OFFSET = OpenApiParameter("offset", int, description="How many rows to skip.")


def choice_parameter(name: str, values: list[str]) -> OpenApiParameter:
    return OpenApiParameter(name, str, enum=values, many=True)


def validated_filter(
    filter_class: type[django_filters.FilterSet], params: QueryDict, rows: Any
) -> django_filters.FilterSet:
    """Return the filter set with the filtered rows in `.qs`. Raises InvalidParams."""
    filter_set = filter_class(params, queryset=rows)
    if not filter_set.is_valid():
        raise InvalidParams(
            details={name: [str(line) for line in lines] for name, lines in filter_set.errors.items()}
        )
    return filter_set


def filter_rows(
    filter_class: type[django_filters.FilterSet], params: QueryDict, rows: Any
) -> tuple[Any, dict[str, Any]]:
    """Return the rows that match the filters, and the active filters by name."""
    # Without filters no form is built: it would be a fifth of the work of a list.
    if not any(name in params for name in filter_class.base_filters):
        return rows, {}
    filter_set = validated_filter(filter_class, params, rows)
    return filter_set.qs, {name: value for name, value in filter_set.form.cleaned_data.items() if value}
