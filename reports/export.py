"""The engine of an export: claim the row, write the file from what was frozen, store it, say how it ended."""

import logging
from datetime import timedelta
from tempfile import TemporaryFile
from typing import Any
from uuid import UUID

from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from accounts.actors import SYSTEM
from events.record import record
from krafter_audit.api import read_replica
from krafter_audit.db import leases
from reports.errors import ExportFailed
from reports.exporters import EXPORTERS
from reports.models import Report
from reports.snapshots.snapshotting import snapshot_of

logger = logging.getLogger(__name__)

LEASE = 30  # seconds; kept alive while the file is written
MOST_ATTEMPTS = 5
GAVE_UP = "The export did not come to an end in five attempts. Export the report again."


def export(report_id: UUID) -> None:
    """Make the file of one report. Delivered twice, it works once; why it cannot, it says in the row."""
    report = leases.claim(Report, report_id, seconds=LEASE, status__in=Report.UNDONE)
    if report is None or move(report, Report.Status.EXPORTING) is None:
        return
    try:
        with leases.kept(report, seconds=LEASE):
            name, size = store(report)
    except ExportFailed as failure:
        fail(report, str(failure))
    except Exception:
        # The worker's boundary: whatever it was, the row is free again and the sweep tries it later.
        logger.exception("export of report %s broke off", report.pk)
        leases.write(report, lease_until=timezone.now() + timedelta(seconds=5 * report.attempts))
    else:
        if name:
            finish(report, name, size)


def store(report: Report) -> tuple[str, int]:
    """Write the file, put it into the default storage, and return its name there and its size in bytes.

    The name is empty when another worker has taken the report over: the storage is left alone then.
    """
    exporter = EXPORTERS[report.format]
    name = f"reports/{report.project.organization_id}/{report.pk}.{exporter.extension}"
    with TemporaryFile() as file:
        with read_replica.of_now():  # what was frozen never changes
            exporter.write(snapshot_of(report), file)
        size = file.tell()
        file.seek(0)
        if not leases.extend(report, seconds=LEASE):
            return "", 0
        default_storage.delete(name)  # left by an attempt that broke off
        return default_storage.save(name, File(file)), size


def finish(report: Report, name: str, size: int) -> None:
    """Say that the file is there; a report that was shared meanwhile ends as shared."""
    with transaction.atomic():
        exported = move(
            report,
            Report.Status.EXPORTED,
            file=name,
            file_size=size,
            exported_at=timezone.now(),
            lease_until=None,
        )
        if exported is None:
            return
        record("report.exported", report, by=SYSTEM, format=report.format, bytes=size)
        if exported.shared_at:
            Report.transitions.apply(exported, Report.Status.SHARED)


def fail(report: Report, sentence: str) -> None:
    """Say why there is no file."""
    with transaction.atomic():
        if move(report, Report.Status.FAILED, failure=sentence, lease_until=None) is not None:
            record("report.failed", report, by=SYSTEM, format=report.format, reason=sentence)


@transaction.atomic
def move(report: Report, status: str, **changes: Any) -> Report | None:
    """Change the status of a leased report and return its row; None when another worker has acquired it since."""
    held = leases.owned(report).select_for_update().first()
    if held is not None:
        Report.transitions.apply(held, status, **changes)
    return held


def give_up(report_id: UUID) -> None:
    """Fail a report that has been tried often enough."""
    report = leases.claim(Report, report_id, seconds=LEASE, status__in=Report.UNDONE)
    if report is not None:
        fail(report, GAVE_UP)
