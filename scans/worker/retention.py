"""Results of scans are for looking at and comparing with the next scan; they are not kept for ever.

A site that is scanned each night brings thousands of rows a day. What matters for good is in the findings.
"""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from scans.models import ScanResult

AT_ONCE = 5_000  # rows of one statement
MOST_STATEMENTS = 100  # of one run


def forget_old() -> int:
    """Drop the results that are past their time, the oldest ids first; return how many were."""
    if not settings.KRAFTER_RESULTS_KEEP_DAYS:
        return 0
    before = timezone.now() - timedelta(days=settings.KRAFTER_RESULTS_KEEP_DAYS)
    gone = 0
    for _ in range(MOST_STATEMENTS):
        oldest = ScanResult.objects.order_by("id").values("id", "seen_at")[:AT_ONCE]
        old = [row["id"] for row in oldest if row["seen_at"] < before]
        gone += ScanResult.objects.filter(id__in=old).delete()[0] if old else 0
        if len(old) < AT_ONCE:
            break
    return gone
