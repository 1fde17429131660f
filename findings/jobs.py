"""What runs in the background about findings."""

from uuid import UUID

from celery import shared_task

from findings import scanner
from findings.models import Scan
from krafter_audit.lib.claims import free
from krafter_audit.lib.jobs import send


@shared_task(name="findings.scan", soft_time_limit=900, time_limit=960)
def scan(scan_id: str) -> None:
    """Look at a whole site."""
    scanner.carry_out(UUID(scan_id))


@shared_task(name="findings.sweep")
def sweep() -> None:
    """Send what was lost or left behind."""
    left = Scan.objects.filter(free(), status__in=[Scan.Status.QUEUED, Scan.Status.RUNNING])
    for pk in left.order_by("created_at").values_list("pk", flat=True)[:500]:
        send(scan, str(pk))
