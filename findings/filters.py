import django_filters
from django.db.models import QuerySet

from findings.models import SEARCHED, Domain, Finding, FindingStatus, Regression, Severity
from krafter_audit.api.filters import ChoicesFilter, ListFilter, SearchFilter
from krafter_audit.db.words import with_words

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
        return with_words(rows, SEARCHED, value)


class RegressionFilter(ListFilter):
    """Filters by status, trigger, finding and time."""

    status = ChoicesFilter(choices=Regression.Status.choices)
    trigger = ChoicesFilter(choices=Regression.Trigger.choices)
    finding_id = django_filters.UUIDFilter()

    class Meta:
        model = Regression
        fields = ("status", "trigger", "finding_id")
