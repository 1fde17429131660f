"""Filters of scan results."""

import django_filters

from scans.models import OUTCOMES, ScanResult


class ScanResultFilter(django_filters.FilterSet):
    outcome = django_filters.MultipleChoiceFilter(choices=[(outcome, outcome) for outcome in OUTCOMES])
    key = django_filters.CharFilter()
    url = django_filters.CharFilter("page__url")

    class Meta:
        model = ScanResult
        fields = ("outcome", "key", "url")
