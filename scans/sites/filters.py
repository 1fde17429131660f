import django_filters
from django.db.models import Q, QuerySet

from krafter_audit.api.lists.filters import ChoicesFilter, ListFilter
from scans.models import Site

# The statuses that `ownership_status` returns.
STATUSES = {
    "unverified": Q(check_requested=False, verified_at__isnull=True),
    "checking": Q(check_requested=True),
    "verified": Q(check_requested=False, verified_at__isnull=False),
}


class SiteFilter(ListFilter):
    """Filters by status and method, which may be repeated, host and time."""

    status = ChoicesFilter(choices=[(status, status) for status in STATUSES], method="by_status")
    method = ChoicesFilter(choices=Site.Method.choices)
    host = django_filters.CharFilter(lookup_expr="iexact")

    def by_status(self, rows: QuerySet[Site], name: str, value: list[str]) -> QuerySet[Site]:
        wanted = Q()
        for status in value:
            wanted |= STATUSES[status]
        return rows.filter(wanted)
