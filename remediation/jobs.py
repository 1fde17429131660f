"""What runs in the background about remediation."""

from uuid import UUID

from celery import shared_task

from krafter_audit.lib.claims import free
from krafter_audit.lib.jobs import send
from remediation import recheck as engine
from remediation.models import Verification


@shared_task(name="remediation.recheck")
def recheck(verification_id: str) -> None:
    """Look again at what a verification is about."""
    engine.carry_out(UUID(verification_id))


@shared_task(name="remediation.sweep")
def sweep() -> None:
    """Send what was lost or left behind."""
    left = Verification.objects.filter(free(), running=True, manual=False).order_by("created_at")
    for pk in left.values_list("pk", flat=True)[:500]:
        send(recheck, str(pk))
