"""What the worker runs. The rows are the truth: a message wakes a worker, the sweep sends lost ones again."""

from uuid import UUID

from django.db.models import QuerySet

from krafter_audit.celery import app
from krafter_audit.db.leases import free
from krafter_audit.jobs import enqueue
from reports import export as exporting
from reports.models import Report, Share
from reports.sharing import delivery
from reports.snapshots import retention

AT_ONCE = 200


@app.task(name="reports.export")
def export(report_id: str) -> None:
    """Make the file of a report."""
    exporting.export(UUID(report_id))


@app.task(name="reports.deliver")
def deliver(share_id: str) -> None:
    """Send a share, and come back when it was postponed."""
    wait = delivery.deliver(UUID(share_id))
    if wait is not None:
        deliver.apply_async((share_id,), countdown=wait + 1)


@app.task(name="reports.sweep")
def sweep() -> None:
    """Send again what was lost or left behind, and end what was tried often enough."""
    reports, shares = unclaimed_reports(), unclaimed_shares()
    for report_id in reports.filter(attempts__gte=exporting.MOST_ATTEMPTS).values_list("pk", flat=True)[
        :AT_ONCE
    ]:
        exporting.give_up(report_id)
    lost_reports = reports.filter(attempts__lt=exporting.MOST_ATTEMPTS).values_list("pk", flat=True)[:AT_ONCE]
    lost_shares = shares.values_list("pk", flat=True)[:AT_ONCE]
    for pk in lost_reports:
        enqueue("reports.export", str(pk))
    for pk in lost_shares:
        enqueue("reports.deliver", str(pk))


def unclaimed_reports() -> QuerySet[Report]:
    """Return the reports that still need a file and that no worker holds."""
    return Report.objects.filter(free(), status__in=Report.UNDONE).order_by("created_at")


def unclaimed_shares() -> QuerySet[Share]:
    """Return the shares that wait for delivery and that no worker holds."""
    return Share.objects.filter(free(), status=Share.Status.QUEUED).order_by("created_at")


@app.task(name="reports.forget")
def forget() -> None:
    """Delete the copied rows of reports that nobody can be shown any more."""
    retention.forget_items()
