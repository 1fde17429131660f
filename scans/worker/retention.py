"""Delete old scan results; findings have their own copy of the evidence."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from scans.models import ScanResult

BATCH_SIZE = 5_000  # rows of one statement
MAX_BATCHES = 100  # of one run


def delete_expired() -> int:
    """Delete results older than KRAFTER_RESULTS_KEEP_DAYS, the oldest first; return how many were deleted."""
    if not settings.KRAFTER_RESULTS_KEEP_DAYS:
        return 0
    before = timezone.now() - timedelta(days=settings.KRAFTER_RESULTS_KEEP_DAYS)
    deleted = 0
    for _ in range(MAX_BATCHES):
        # By the primary key: ids grow with time, so no index on `seen_at` is needed.
        oldest = ScanResult.objects.order_by("id").values("id", "seen_at")[:BATCH_SIZE]
        old = [row["id"] for row in oldest if row["seen_at"] < before]
        deleted += ScanResult.objects.filter(id__in=old).delete()[0] if old else 0
        if len(old) < BATCH_SIZE:
            break
    return deleted
