"""Filters of scan results."""

import django_filters

from scans.models import OUTCOMES, ScanResult


class ResultFilter(django_filters.FilterSet):
    """outcome, which may be repeated, and the exact key and url."""

    outcome = django_filters.MultipleChoiceFilter(choices=[(word, word) for word in OUTCOMES])
    key = django_filters.CharFilter()
    url = django_filters.CharFilter("page__url")

    class Meta:
        model = ScanResult
        fields = ("outcome", "key", "url")
