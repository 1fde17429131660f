import django_filters
from django.db.models import QuerySet

from findings import check_keys
from findings.models import (
    SEARCH_COLUMN,
    DismissalReason,
    Domain,
    Finding,
    FindingStatus,
    Regression,
    Severity,
)
from findings.queries import on_host, with_check
from krafter_audit.api.lists.filters import ChoicesFilter, HostFilter, ListFilter, OwnerFilter, SearchFilter


class FindingCountFilter(django_filters.FilterSet):
    severity = ChoicesFilter(choices=Severity.choices)
    status = ChoicesFilter(choices=FindingStatus.choices)
    domain = ChoicesFilter(choices=Domain.choices)


class FindingFilter(FindingCountFilter, ListFilter):
    unordered_filters = frozenset({"check"})

    owner_id = OwnerFilter()
    check = django_filters.CharFilter(method="by_check")
    host = HostFilter(method="by_host")
    q = SearchFilter(SEARCH_COLUMN)

    def by_check(self, rows: QuerySet[Finding], name: str, value: str) -> QuerySet[Finding]:
        # The rows are those of one project: the newest is found by an index.
        newest = self.queryset.order_by("-created_at", "-id")
        project_id = newest.values_list("project_id", flat=True).first()
        known, found = (
            with_check(queryset, project_id, value) if project_id else queryset.none()
            for queryset in (self.queryset, rows)
        )
        check_keys.require_known(value, known, parameter=name)
        return found

    def by_host(self, rows: QuerySet[Finding], name: str, value: str) -> QuerySet[Finding]:
        return on_host(rows, value)


class DismissalFilter(ListFilter):
    reason = ChoicesFilter(choices=DismissalReason.choices)


class RegressionOfFindingFilter(ListFilter):
    status = ChoicesFilter(choices=Regression.Status.choices)
    trigger = ChoicesFilter(choices=Regression.Trigger.choices)


class RegressionFilter(RegressionOfFindingFilter):
    finding_id = django_filters.UUIDFilter()
