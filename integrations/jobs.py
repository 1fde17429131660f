"""Celery tasks. The row says what to do; a message only wakes a worker."""

from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from events import outbox
from integrations import gathering, services, telling
from integrations.models import Alert, Integration, WebhookDelivery
from integrations.sync import engine, verification_events
from krafter_audit.celery import app
from krafter_audit.db.leases import unleased
from krafter_audit.jobs import enqueue
from remediation.services import overdue

DELIVERIES_KEPT = timedelta(days=7)
BATCH_SIZE = 500


@app.task(name="integrations.sync", soft_time_limit=240, time_limit=270)
def sync(integration_id: str) -> None:
    """Run the sync of an integration; it stops long before the limit and continues in another run."""
    engine.sync(UUID(integration_id))


@app.task(name="integrations.read_record")
def read_record() -> None:
    """Process the outbox: verification events for tickets, and events to alert about."""
    outbox.consume(verification_events.CONSUMER, verification_events.consume)
    overdue.log_overdue_tasks()
    outbox.consume(gathering.CONSUMER, gathering.read)


@app.task(name="integrations.start_due_syncs")
def start_due_syncs() -> None:
    """Start the scheduled syncs that are due."""
    services.start_due_syncs()


@app.task(name="integrations.tell")
def tell(alert_id: str) -> None:
    """Send one alert."""
    telling.tell(UUID(alert_id))


@app.task(name="integrations.tidy")
def tidy() -> None:
    """Delete processed deliveries after a week."""
    old = WebhookDelivery.objects.filter(created_at__lt=timezone.now() - DELIVERIES_KEPT)
    old.filter(processed_at__isnull=False).delete()


@app.task(name="integrations.sweep")
def sweep() -> None:
    """Enqueue syncs whose message was lost, whose worker died, or that waited for a rate limit."""
    waiting = Integration.objects.filter(
        unleased(), status=Integration.Status.SYNCING, not_before__lte=timezone.now()
    ).order_by("not_before")
    for pk in waiting.values_list("pk", flat=True)[:BATCH_SIZE]:
        enqueue("integrations.sync", str(pk))
    undone = Alert.objects.filter(unleased(), status__in=Alert.UNDONE, due_at__lte=timezone.now())
    for pk in undone.order_by("due_at").values_list("pk", flat=True)[:200]:
        enqueue("integrations.tell", str(pk))
