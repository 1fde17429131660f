"""What runs in the background about findings."""

from uuid import UUID

from celery import shared_task

from findings.models import ScanPart
from findings.scanner import working
from krafter_audit.lib.claims import free
from krafter_audit.lib.jobs import send


@shared_task(name="findings.scan", soft_time_limit=900, time_limit=960)
def scan(scan_id: str) -> None:
    """Look at a whole site."""
    working.carry_out(UUID(scan_id))


@shared_task(name="findings.sweep")
def sweep() -> None:
    """Send what was lost or left behind."""
    left = ScanPart.objects.filter(free(), finished_at__isnull=True).order_by("created_at")
    for pk in left.values_list("scan_id", flat=True)[:500]:
        send(scan, str(pk))
