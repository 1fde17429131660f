"""Filters of scans and their results."""

import django_filters

from krafter_audit.api.filters import ChoicesFilter, ListFilter
from scans.models import OUTCOMES, Scan, ScanResult


class ScanFilter(ListFilter):
    """Filters by status and trigger, which may be repeated, and time."""

    status = ChoicesFilter(choices=Scan.Status.choices)
    trigger = ChoicesFilter(choices=Scan.Trigger.choices)

    class Meta:
        model = Scan
        fields = ("status", "trigger")


class ScanResultFilter(django_filters.FilterSet):
    """Filters by outcome, which may be repeated, and by the exact key and URL."""

    outcome = ChoicesFilter(choices=[(outcome, outcome) for outcome in OUTCOMES])
    key = django_filters.CharFilter()
    url = django_filters.CharFilter("page__url")

    class Meta:
        model = ScanResult
        fields = ("outcome", "key", "url")
