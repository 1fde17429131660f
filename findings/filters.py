import django_filters

from findings.models import Domain, Finding, FindingStatus, Severity


class FindingFilter(django_filters.FilterSet):
    """Filters by severity, status and domain; each may be repeated."""

    severity = django_filters.MultipleChoiceFilter(choices=Severity.choices)
    status = django_filters.MultipleChoiceFilter(choices=FindingStatus.choices)
    domain = django_filters.MultipleChoiceFilter(choices=Domain.choices)

    class Meta:
        model = Finding
        fields = ("severity", "status", "domain")
