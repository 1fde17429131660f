"""Delete old scan results and their pages; findings have their own copy of the evidence."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from findings.models import Finding, FindingStatus
from krafter_audit.db.deletion import delete_in_batches
from krafter_audit.db.models import first_id_at
from scanner.outcome import FAILED
from scans.models import ScanPage, ScanResult

BATCH_SIZE = 5_000  # rows of one statement
MAX_BATCHES = 100  # of one run


def delete_expired() -> int:
    """Delete results older than KRAFTER_RESULTS_KEEP_DAYS, the oldest first; return how many were deleted.

    The failures that the last scan of an unresolved finding has stored are kept.
    """
    if not settings.KRAFTER_RESULTS_KEEP_DAYS:
        return 0
    before = timezone.now() - timedelta(days=settings.KRAFTER_RESULTS_KEEP_DAYS)
    # Such a failure blocks the approval of verifications that began before it (remediation/services/contradictions.py).
    rows, deleted = ScanResult.objects.exclude(outcome=FAILED, scan__in=_last_scans(before)), 0
    for _ in range(MAX_BATCHES):
        # By the primary key: ids grow with time, so no index on `seen_at` is needed.
        oldest = rows.order_by("id").values("id", "seen_at")[:BATCH_SIZE]
        old = [row["id"] for row in oldest if row["seen_at"] < before]
        deleted += ScanResult.objects.filter(id__in=old).delete()[0] if old else 0
        if len(old) < BATCH_SIZE:
            break
    delete_in_batches(_pages_without_results(before))
    return deleted


def _last_scans(before: datetime) -> Collection[UUID | None]:
    unresolved = Finding.objects.exclude(status=FindingStatus.RESOLVED)
    scans = unresolved.filter(last_scan_id__lt=first_id_at(before)).values_list("last_scan_id", flat=True)
    return list(scans.distinct())


def _pages_without_results(before: datetime) -> QuerySet[ScanPage]:
    return ScanPage.objects.filter(
        ~Exists(ScanResult.objects.filter(page=OuterRef("pk"))),
        id__lt=first_id_at(before),
        part__scan__finished_at__isnull=False,
    ).order_by("id")
