"""Delete the screenshots that no result of a scan, no finding and no evidence names any more."""

import logging
import time
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from datetime import time as time_of_day
from itertools import batched
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Min, Q, QuerySet
from django.utils import timezone

from events.partitions import first_kept_month
from findings.queries import named_screenshots
from krafter_audit.api.errors import Unavailable
from krafter_audit.jobs.isolation import isolated
from krafter_audit.shutdown import is_shutting_down
from remediation.evidence.retention import EVIDENCE
from scans import screenshots
from scans.models import Screenshot

logger = logging.getLogger(__name__)
MAX_SECONDS = 90  # after which a run begins with no further project
MAX_DELETED = 5_000  # screenshots of a project in one run
BATCH_SIZE = 50  # screenshots of one transaction
# Results and months of evidence are deleted some time after they have expired.
DELETION_DELAY = timedelta(days=1)


def delete_unused() -> int:
    """Delete the screenshots to which nothing refers any more, the oldest first; return how many were deleted."""
    if not settings.KRAFTER_RESULTS_KEEP_DAYS:
        return 0
    deadline, deleted = time.monotonic() + MAX_SECONDS, 0
    oldest = _expired().values("project").annotate(oldest=Min("last_named_at")).order_by("oldest")
    for project_id in oldest.values_list("project", flat=True):
        if time.monotonic() > deadline or is_shutting_down():
            break
        # The next run tries again; those of other projects may be in a folder that can be written.
        with isolated("deletion of screenshots of project", project_id):
            try:
                deleted += _delete_of_project(project_id)
            except (OSError, Unavailable) as error:
                logger.error("screenshots of project %s could not be deleted: %s", project_id, error)
    return deleted


def _expired() -> QuerySet[Screenshot]:
    """Return the screenshots that neither results of scans nor evidence can name; findings may."""
    now = timezone.now()
    kept_results = timedelta(days=settings.KRAFTER_RESULTS_KEEP_DAYS)
    rows = Screenshot.objects.filter(last_named_at__lt=now - kept_results - DELETION_DELAY)
    not_in_evidence = Q(last_in_evidence_at=None)
    if first := first_kept_month(EVIDENCE, on=(now - DELETION_DELAY).date()):
        # Evidence of the first day may name a screenshot that was recorded just before it.
        not_in_evidence |= Q(
            last_in_evidence_at__lt=datetime.combine(first, time_of_day(), UTC) - DELETION_DELAY
        )
    return rows.filter(not_in_evidence)


def _delete_of_project(project_id: UUID) -> int:
    rows = _expired().filter(project=project_id).order_by("last_named_at")
    expired = list(rows.values_list("sha256", flat=True)[:MAX_DELETED])
    still_named = named_screenshots(project_id, expired)
    screenshots.record_references(project_id, still_named)
    unnamed = [sha256 for sha256 in expired if sha256 not in still_named]
    return sum(_delete(project_id, batch) for batch in batched(unnamed, BATCH_SIZE))


@transaction.atomic
def _delete(project_id: UUID, hashes: Collection[str]) -> int:
    """Delete screenshots, except those that were stored or named again meanwhile; return how many were deleted."""
    # The rows are locked until the files are deleted: a check that takes the same screenshot waits, and stores it
    # again. They are locked in the order of `record_references`.
    rows = _expired().filter(project=project_id, sha256__in=hashes).order_by("sha256")
    locked = list(rows.select_for_update().values_list("pk", "sha256"))
    for _, sha256 in locked:
        screenshots.delete(project_id, sha256)
    Screenshot.objects.filter(pk__in=[pk for pk, _ in locked]).delete()
    return len(locked)
