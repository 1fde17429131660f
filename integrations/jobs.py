"""What a worker runs. The row says what to do; a message only wakes the worker up."""

from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from events import consumers
from integrations import gathering, outcomes, services, telling
from integrations import sync as engine
from integrations.models import Alert, Delivery, Integration
from krafter_audit.celery import app
from krafter_audit.db.leases import free
from krafter_audit.jobs import enqueue
from remediation.services import overdue

CALLS_KEPT = timedelta(days=7)


@app.task(name="integrations.sync", soft_time_limit=240, time_limit=270)
def sync(integration_id: str) -> None:
    """Carry out one integration's sync; it stops long before the limit and goes on in another run."""
    engine.sync(UUID(integration_id))


@app.task(name="integrations.read_record")
def read_record() -> None:
    """Read what happened: let the tickets follow, and gather what people are to be told."""
    consumers.read(outcomes.CONSUMER, outcomes.read)
    overdue.record_new()
    consumers.read(gathering.CONSUMER, gathering.read)


@app.task(name="integrations.start_due_syncs")
def start_due_syncs() -> None:
    """Ask for the syncs whose time has come."""
    services.start_due()


@app.task(name="integrations.tell")
def tell(alert_id: str) -> None:
    """Send one alert."""
    telling.tell(UUID(alert_id))


@app.task(name="integrations.tidy")
def tidy() -> None:
    """Forget what providers called about a week ago."""
    old = Delivery.objects.filter(created_at__lt=timezone.now() - CALLS_KEPT)
    old.filter(done_at__isnull=False).delete()


@app.task(name="integrations.sweep")
def sweep() -> None:
    """Send what was lost or left behind, and what waited for a provider to let us in again."""
    left = Integration.objects.filter(
        free(), status=Integration.Status.SYNCING, not_before__lte=timezone.now()
    ).order_by("not_before")
    for pk in left.values_list("pk", flat=True)[:500]:
        enqueue("integrations.sync", str(pk))
    undone = Alert.objects.filter(free(), status__in=Alert.UNDONE, due_at__lte=timezone.now())
    for pk in undone.order_by("due_at").values_list("pk", flat=True)[:200]:
        enqueue("integrations.tell", str(pk))
