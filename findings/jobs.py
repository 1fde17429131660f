"""What runs in the background about findings."""

from uuid import UUID

from celery import shared_task

from findings import ownership
from findings.models import ScanPart, Site
from findings.scanner import working
from findings.services import schedules
from krafter_audit.lib.claims import free
from krafter_audit.lib.jobs import send


@shared_task(name="findings.scan", soft_time_limit=900, time_limit=960)
def scan(scan_id: str) -> None:
    """Look at a whole site."""
    working.carry_out(UUID(scan_id))


@shared_task(name="findings.prove")
def prove(site_id: str) -> None:
    """Look whether a site is proved to be its project's."""
    ownership.carry_out(UUID(site_id))


@shared_task(name="findings.start_due_scans")
def start_due_scans() -> None:
    """Ask for the scans whose time has come."""
    schedules.start_due()


@shared_task(name="findings.sweep")
def sweep() -> None:
    """Send what was lost or left behind."""
    left = ScanPart.objects.filter(free(), finished_at__isnull=True).order_by("created_at")
    for pk in left.values_list("scan_id", flat=True)[:500]:
        send(scan, str(pk))
    asked = Site.objects.filter(free(), waiting=True).order_by("created_at")
    for pk in asked.values_list("pk", flat=True)[:500]:
        send(prove, str(pk))
