"""What a worker runs. The row says what to do; a message only wakes the worker up."""

from uuid import UUID

from celery import shared_task
from django.utils import timezone

from integrations import sync as engine
from integrations.models import Integration
from krafter_audit.lib.claims import free
from krafter_audit.lib.jobs import send

MOST_AT_ONCE = 500


@shared_task(name="integrations.sync")
def sync(integration_id: str) -> None:
    """Carry out one integration's sync."""
    engine.sync(UUID(integration_id))


def sweep() -> int:
    """Wake workers for the syncs that nobody holds and whose time has come; return how many were sent."""
    waiting = Integration.objects.filter(
        free(), status=Integration.Status.SYNCING, not_before__lte=timezone.now()
    ).order_by("not_before")
    ids = list(waiting.values_list("pk", flat=True)[:MOST_AT_ONCE])
    return sum(send(sync, str(integration_id)) for integration_id in ids)
