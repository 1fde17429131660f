"""The copied rows of a report go once nobody can be shown them any more: its file, its numbers and its row stay.

A report shows its rows while its file is made, while it is its project's newest (the one that is shared next), and
while a link to it is open.
"""

from datetime import timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from reports.models import Report, ReportItem, Share

QUIET = timedelta(hours=1)  # after the report was made
AT_ONCE = 20  # reports
LOT = 50_000  # rows of one statement

DELETE = "DELETE FROM reports_reportitem WHERE report_id = %s AND kind = %s AND position <= %s"


def forget_items() -> int:
    """Delete the rows of up to 20 reports; return of how many."""
    due = list(done_with().values_list("pk", flat=True)[:AT_ONCE])
    return sum(_forget(pk) for pk in due)


def done_with() -> QuerySet[Report]:
    """Return the reports that still have rows, which nobody can be shown any more."""
    later = Q(created_at__gt=OuterRef("created_at")) | Q(
        created_at=OuterRef("created_at"), pk__gt=OuterRef("pk")
    )
    newer = Report.objects.filter(later, project=OuterRef("project"))
    live = Share.objects.filter(report=OuterRef("pk"), revoked_at__isnull=True, expires_at__gt=timezone.now())
    over = Report.objects.exclude(status__in=Report.UNDONE).filter(created_at__lt=timezone.now() - QUIET)
    return over.filter(
        Exists(newer), ~Exists(live), Exists(ReportItem.objects.filter(report=OuterRef("pk")))
    ).order_by("created_at")


@transaction.atomic
def _forget(report_id: UUID) -> bool:
    # Whoever shares holds the report's row; a share that was made meanwhile keeps the rows.
    held = done_with().select_for_update(of=("self",), skip_locked=True).filter(pk=report_id).first()
    if held is None:
        return False
    for kind in ReportItem.Kind.values:
        reach, deleted = LOT, LOT
        while deleted:
            with connection.cursor() as cursor:
                cursor.execute(DELETE, [report_id, kind, reach])
                deleted = cursor.rowcount
            reach += LOT
    return True
