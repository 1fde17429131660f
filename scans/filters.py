import django_filters
from django.db.models import QuerySet

from findings import check_keys
from krafter_audit.api.lists.filters import ChoicesFilter, ListFilter, TimeFilter
from scanner.outcome import REASONS
from scans.models import OUTCOMES, Scan, Scanner, ScanResult


class ScanFilter(ListFilter):
    """Filters by status and trigger, which may be repeated, and time."""

    status = ChoicesFilter(choices=Scan.Status.choices)
    trigger = ChoicesFilter(choices=Scan.Trigger.choices)


class ScanResultFilter(django_filters.FilterSet):
    """Filters by outcome, reason and scanner, which may be repeated, by the exact key and URL, and by time."""

    outcome = ChoicesFilter(choices=[(outcome, outcome) for outcome in OUTCOMES])
    reason = ChoicesFilter(choices=[(reason, reason) for reason in sorted(REASONS)])
    scanner = ChoicesFilter("page__part__scanner", choices=Scanner.choices)
    key = django_filters.CharFilter(method="by_key")
    url = django_filters.CharFilter("page__url")
    seen_after = TimeFilter("seen_at", "gte")
    seen_before = TimeFilter("seen_at", "lt")

    def by_key(self, rows: QuerySet[ScanResult], name: str, value: str) -> QuerySet[ScanResult]:
        check_keys.require_known(value, self.queryset.filter(key=value), parameter=name)
        return rows.filter(key=value)
