import logging
from datetime import timedelta
from tempfile import TemporaryFile
from typing import Any, NamedTuple
from uuid import UUID

from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.actors import SYSTEM
from events.log import log_event
from krafter_audit.api.errors import Unavailable
from krafter_audit.db import leases, read_replica
from krafter_audit.jobs import fair_queue
from krafter_audit.jobs.isolation import isolated
from krafter_audit.jobs.queues import enqueue
from reports.downloads import new_file_name, sha256_of
from reports.errors import ExportFailed
from reports.exporters import EXPORTERS
from reports.exporters.base import Write
from reports.models import Report
from reports.snapshots.snapshotting import load_snapshot

logger = logging.getLogger(__name__)

KIND = "export"  # of the use that fair_queue.py counts
LEASE_SECONDS = 30  # renewed while the file is written
MAX_ATTEMPTS = 5
STORAGE_RETRY_SECONDS = 30  # after an outage of the file storage
REQUEUE_BATCH_SIZE = 200
TOO_MANY_ATTEMPTS = "The export did not finish in five attempts. Export the report again."


class StoredFile(NamedTuple):
    """A file in the storage: its name there, its size in bytes and its hexadecimal SHA-256."""

    name: str
    size: int
    sha256: str


def run_next() -> bool:
    """Write the files of the report that is next; return whether a report waited.

    The next one is the oldest of the organisation whose exports have taken the least time: an organisation with many
    reports does not delay the others. A message in the queue is only a hint that some report waits.
    """
    waiting = pending_reports().filter(attempts__lt=MAX_ATTEMPTS)
    return fair_queue.run_next(
        KIND, waiting, export_report, organization="project__organization", since="created_at"
    )


def export_report(report_id: UUID) -> bool:
    """Write the files of a report; store a permanent failure in its row. Idempotent.

    Returns False, with nothing done, if another worker has the report or it is finished.
    """
    report = leases.acquire(Report, report_id, seconds=LEASE_SECONDS, status__in=Report.PENDING)
    if report is None or change_status(report, Report.Status.EXPORTING) is None:
        return False
    try:
        with leases.renewing(report, seconds=LEASE_SECONDS):
            stored = write_files(report)
    except ExportFailed as failure:
        fail(report, str(failure))
    except Unavailable:
        # Not counted as an attempt: an outage of the storage, or a full disk, may last longer than five attempts.
        logger.exception("the files of report %s cannot be stored", report.pk)
        until = timezone.now() + timedelta(seconds=STORAGE_RETRY_SECONDS)
        leases.write(report, lease_until=until, attempts=report.attempts - 1)
    except Exception:
        # The lease expires soon, and `requeue_pending` enqueues the export again, later after each attempt.
        logger.exception("export of report %s failed", report.pk)
        leases.write(report, lease_until=timezone.now() + timedelta(seconds=5 * report.attempts))
    else:
        if stored:
            finish(report, stored)
    return True


def write_files(report: Report) -> list[StoredFile]:
    """Write and store the files, the main one first; none if the lease was lost."""
    exporter = EXPORTERS[report.format]
    stored = []
    for kind, write in {"": exporter.write, **exporter.extra_files}.items():
        file = _store(report, new_file_name(report, kind), write)
        if file is None:
            return []
        stored.append(file)
    return stored


def _store(report: Report, name: str, write: Write) -> StoredFile | None:
    with TemporaryFile() as file:
        with read_replica.reading_current_state():  # a snapshot never changes
            write(load_snapshot(report), file)
        size = file.tell()
        if not leases.extend(report, seconds=LEASE_SECONDS):
            # Another worker has taken over the report and stores its own files.
            return None
        content = File(file)
        sha256 = sha256_of(content)
        try:
            default_storage.delete(name)  # from an interrupted attempt
            return StoredFile(default_storage.save(name, content), size, sha256)
        except OSError as error:
            raise Unavailable("The file storage cannot be written.") from error


@transaction.atomic
def finish(report: Report, stored: list[StoredFile]) -> None:
    """Set the report to exported, or shared if it was shared meanwhile."""
    main = stored[0]
    exported = change_status(
        report,
        Report.Status.EXPORTED,
        file=main.name,
        file_size=main.size,
        sha256={file.name: file.sha256 for file in stored},
        exported_at=timezone.now(),
        lease_until=None,
    )
    if exported is None:
        return
    log_event("report.exported", report, by=SYSTEM, format=report.format, bytes=main.size)
    if exported.shared_at:
        Report.transitions.apply(exported, Report.Status.SHARED)


@transaction.atomic
def fail(report: Report, reason: str) -> None:
    if change_status(report, Report.Status.FAILED, failure=reason, lease_until=None) is not None:
        log_event("report.failed", report, by=SYSTEM, format=report.format, reason=reason)


@transaction.atomic
def change_status(report: Report, status: str, **changes: Any) -> Report | None:
    """Change a leased report's status; None if the lease was lost."""
    held = leases.owned(report).select_for_update().first()
    if held is not None:
        Report.transitions.apply(held, status, **changes)
    return held


def fail_exhausted() -> None:
    # An export that kills its worker, by its size for example, would be repeated forever.
    exhausted = pending_reports().filter(attempts__gte=MAX_ATTEMPTS)
    for report_id in exhausted.values_list("pk", flat=True)[:REQUEUE_BATCH_SIZE]:
        with isolated("end of export", report_id):
            report = leases.acquire(Report, report_id, seconds=LEASE_SECONDS, status__in=Report.PENDING)
            if report is not None:
                fail(report, TOO_MANY_ATTEMPTS)


def requeue_pending() -> None:
    """Enqueue exports whose job was lost or interrupted."""
    pending = pending_reports().filter(attempts__lt=MAX_ATTEMPTS)
    for report_id in pending.values_list("pk", flat=True)[:REQUEUE_BATCH_SIZE]:
        enqueue("reports.export", str(report_id))


def pending_reports() -> QuerySet[Report]:
    """Return unleased reports that need a file, oldest first."""
    return Report.objects.filter(leases.unleased(), status__in=Report.PENDING).order_by("created_at")
