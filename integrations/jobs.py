"""What a worker runs. The row says what to do; a message only wakes the worker up."""

from datetime import timedelta
from uuid import UUID

from celery import shared_task
from django.utils import timezone

from events import consumers
from integrations import outcomes
from integrations import sync as engine
from integrations.models import Delivery, Integration
from krafter_audit.lib.claims import free
from krafter_audit.lib.jobs import send

CALLS_KEPT = timedelta(days=7)


@shared_task(name="integrations.sync", soft_time_limit=240, time_limit=270)
def sync(integration_id: str) -> None:
    """Carry out one integration's sync; it stops long before the limit and goes on in another run."""
    engine.sync(UUID(integration_id))


@shared_task(name="integrations.read_record")
def read_record() -> None:
    """Read what happened, and let the tickets follow."""
    consumers.read(outcomes.CONSUMER, outcomes.read)


@shared_task(name="integrations.tidy")
def tidy() -> None:
    """Forget what providers called about a week ago."""
    old = Delivery.objects.filter(created_at__lt=timezone.now() - CALLS_KEPT)
    old.filter(done_at__isnull=False).delete()


@shared_task(name="integrations.sweep")
def sweep() -> None:
    """Send what was lost or left behind, and what waited for a provider to let us in again."""
    left = Integration.objects.filter(
        free(), status=Integration.Status.SYNCING, not_before__lte=timezone.now()
    ).order_by("not_before")
    for pk in left.values_list("pk", flat=True)[:500]:
        send(sync, str(pk))
