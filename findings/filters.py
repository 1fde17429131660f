"""What findings can be filtered by; each may be repeated."""

from typing import Any

import django_filters
from django.http import QueryDict

from findings.models import Domain, Finding, FindingStatus, Severity
from krafter_audit.api.errors import InvalidParams


class FindingFilter(django_filters.FilterSet):
    """severity, status and domain."""

    severity = django_filters.MultipleChoiceFilter(choices=Severity.choices)
    status = django_filters.MultipleChoiceFilter(choices=FindingStatus.choices)
    domain = django_filters.MultipleChoiceFilter(choices=Domain.choices)

    class Meta:
        model = Finding
        fields = ("severity", "status", "domain")


def filtered(
    filter_class: type[django_filters.FilterSet], params: QueryDict, rows: Any
) -> django_filters.FilterSet:
    """Return the filter set with its rows in `.qs`; an unknown value is refused."""
    chosen = filter_class(params, queryset=rows)
    if not chosen.is_valid():
        raise InvalidParams(
            details={name: [str(line) for line in lines] for name, lines in chosen.errors.items()}
        )
    return chosen


def narrowed(
    filter_class: type[django_filters.FilterSet], params: QueryDict, rows: Any
) -> tuple[Any, dict[str, Any]]:
    """Return the rows that meet the filters, and the filters in force as `facets` gives them.

    Where nothing is filtered no form is made: it would be a fifth of the work of a list.
    """
    if not any(name in params for name in filter_class.base_filters):
        return rows, {}
    chosen = filtered(filter_class, params, rows)
    return chosen.qs, facets(chosen)


def facets(chosen: django_filters.FilterSet) -> dict[str, list[str]]:
    """Return the filters in force as `{facet: [values]}`, as the tally knows them."""
    return {name: value for name, value in chosen.form.cleaned_data.items() if value}
