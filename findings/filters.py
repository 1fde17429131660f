from typing import Any

import django_filters
from django.db.models import QuerySet, TextField
from django.db.models.expressions import RawSQL

from findings.models import SEARCHED, Domain, Finding, FindingStatus, Regression, Severity
from krafter_audit.api.filters import ChoicesFilter, ListFilter, SearchFilter

FACETS = frozenset({"severity", "status", "domain"})


class FindingFilter(ListFilter):
    """Filters by severity, status and domain, which may be repeated, owner, check, time and words."""

    severity = ChoicesFilter(choices=Severity.choices)
    status = ChoicesFilter(choices=FindingStatus.choices)
    domain = ChoicesFilter(choices=Domain.choices)
    owner_id = django_filters.UUIDFilter()
    check = django_filters.CharFilter(method="by_check")
    q = SearchFilter(method="by_words")

    class Meta:
        model = Finding
        fields = ("severity", "status", "domain", "owner_id", "check", "q")

    def by_check(self, rows: QuerySet[Finding], name: str, value: str) -> QuerySet[Finding]:
        return rows.filter(check_keys__contains=[value])

    def by_words(self, rows: QuerySet[Finding], name: str, value: str) -> QuerySet[Finding]:
        return search(rows, SEARCHED, value)


class RegressionFilter(ListFilter):
    """Filters by status, trigger, finding and time."""

    status = ChoicesFilter(choices=Regression.Status.choices)
    trigger = ChoicesFilter(choices=Regression.Trigger.choices)
    finding_id = django_filters.UUIDFilter()

    class Meta:
        model = Regression
        fields = ("status", "trigger", "finding_id")


def search(rows: QuerySet[Any], searched: str, text: str) -> QuerySet[Any]:
    """Return the rows whose SQL expression `searched`, which has a trigram index, contains each word of the text."""
    # S611: the expression is a constant of a model.
    rows = rows.alias(searched=RawSQL(searched, [], output_field=TextField()))  # noqa: S611
    for word in text.split():
        rows = rows.filter(searched__icontains=word)
    return rows
