"""Delete the screenshots that no result of a scan, no finding and no evidence names any more."""

import logging
import time
from datetime import UTC, datetime, timedelta
from datetime import time as time_of_day
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Min, Q, QuerySet
from django.utils import timezone

from events.partitions import first_kept_month
from findings.queries import named_screenshots
from krafter_audit.api.errors import Unavailable
from krafter_audit.shutdown import is_shutting_down
from remediation.evidence.retention import EVIDENCE
from scans import screenshots
from scans.models import Screenshot

logger = logging.getLogger(__name__)
MAX_SECONDS = 90  # after which a run begins with no further project
BATCH_SIZE = 1_000  # screenshots of a project in one run
# Results and months of evidence are deleted some time after they have expired.
MARGIN = timedelta(days=1)


def delete_unused() -> int:
    """Delete the screenshots that nothing names any more, the oldest first; return how many were deleted."""
    if not settings.KRAFTER_RESULTS_KEEP_DAYS:
        return 0
    deadline, deleted = time.monotonic() + MAX_SECONDS, 0
    oldest = _expired().values("project").annotate(oldest=Min("last_named_at")).order_by("oldest")
    for project_id in oldest.values_list("project", flat=True):
        if time.monotonic() > deadline or is_shutting_down():
            break
        try:
            deleted += _delete_of_project(project_id)
        # The next run tries again; those of other projects may be in a folder that can be written.
        except (OSError, Unavailable) as error:
            logger.error("screenshots of project %s could not be deleted: %s", project_id, error)
    return deleted


def _expired() -> QuerySet[Screenshot]:
    """Return the screenshots that neither results of scans nor evidence can name; findings may."""
    now = timezone.now()
    kept_results = timedelta(days=settings.KRAFTER_RESULTS_KEEP_DAYS)
    rows = Screenshot.objects.filter(last_named_at__lt=now - kept_results - MARGIN)
    not_in_evidence = Q(last_in_evidence_at=None)
    if first := first_kept_month(EVIDENCE, on=(now - MARGIN).date()):
        # Evidence of the first day may name a screenshot that was recorded just before it.
        not_in_evidence |= Q(last_in_evidence_at__lt=datetime.combine(first, time_of_day(), UTC) - MARGIN)
    return rows.filter(not_in_evidence)


def _delete_of_project(project_id: UUID) -> int:
    rows = _expired().filter(project=project_id).order_by("last_named_at")
    expired = set(rows.values_list("sha256", flat=True)[:BATCH_SIZE])
    still_named = expired.intersection(named_screenshots(project_id))
    screenshots.record_named(project_id, still_named)
    return sum(_delete(project_id, sha256) for sha256 in expired - still_named)


@transaction.atomic
def _delete(project_id: UUID, sha256: str) -> bool:
    # The row is locked until the file is deleted: a check that takes the same screenshot waits, and stores it again.
    row = _expired().filter(project=project_id, sha256=sha256).select_for_update().first()
    if row is None:
        return False
    screenshots.delete(project_id, sha256)
    row.delete()
    return True
