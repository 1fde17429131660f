from datetime import timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from krafter_audit.jobs.isolation import isolated
from reports.models import Report, ReportItem, Share

MIN_AGE = timedelta(hours=1)  # of a report whose rows are deleted
BATCH_SIZE = 20  # reports
ROW_BATCH_SIZE = 50_000  # rows of one DELETE

DELETE_ROWS = "DELETE FROM reports_reportitem WHERE report_id = %s AND kind = %s AND position <= %s"


def delete_expired_items() -> int:
    """Delete the copied rows of up to BATCH_SIZE reports that can no longer be shown; return how many.

    The report itself stays.
    """
    # In any order: reports that fail each time must not take all places.
    expired = list(expired_reports().order_by("?").values_list("pk", flat=True)[:BATCH_SIZE])
    deleted = 0
    for pk in expired:
        with isolated("deletion of the rows of report", pk):
            deleted += _delete_items(pk)
    return deleted


def expired_reports() -> QuerySet[Report]:
    # The rows are needed while the file is written, while the report is the newest of its project (the next to be
    # shared), and while a link to it is open.
    later = Q(created_at__gt=OuterRef("created_at")) | Q(
        created_at=OuterRef("created_at"), pk__gt=OuterRef("pk")
    )
    newer = Report.objects.filter(later, project=OuterRef("project"))
    open_links = Share.objects.filter(
        report=OuterRef("pk"), revoked_at__isnull=True, expires_at__gt=timezone.now()
    )
    finished = Report.objects.exclude(status__in=Report.PENDING)
    old = finished.filter(created_at__lt=timezone.now() - MIN_AGE)
    items = ReportItem.objects.filter(report=OuterRef("pk"))
    return old.filter(Exists(newer), ~Exists(open_links), Exists(items)).order_by("created_at")


@transaction.atomic
def _delete_items(report_id: UUID) -> bool:
    # Sharing locks the report too, so a share that was created meanwhile keeps the rows.
    locked = expired_reports().select_for_update(of=("self",), skip_locked=True).filter(pk=report_id).first()
    if locked is None:
        return False
    for kind in ReportItem.Kind.values:
        # In batches: a report may have a million rows, and one DELETE would exceed the statement timeout.
        up_to, deleted = ROW_BATCH_SIZE, ROW_BATCH_SIZE
        while deleted:
            with connection.cursor() as cursor:
                cursor.execute(DELETE_ROWS, [report_id, kind, up_to])
                deleted = cursor.rowcount
            up_to += ROW_BATCH_SIZE
    return True
