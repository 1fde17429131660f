from datetime import timedelta

from django.utils import timezone

from events import outbox
from integrations import services
from integrations.models import WebhookDelivery
from integrations.sync import engine, event_consumers
from krafter_audit.celery import app
from krafter_audit.db.deletion import delete_in_batches
from krafter_audit.jobs.queues import enqueue

# A repetition must be recognized for as long as any format accepts old deliveries: three days.
DELIVERY_RETENTION = timedelta(days=7)


# A run ends itself after TIME_BUDGET_SECONDS; these limits end one that hangs.
@app.task(name="integrations.run_sync", soft_time_limit=240, time_limit=270)
def run_sync(integration_id: str) -> None:
    """Run the sync that is next by `engine.run_next`, and enqueue a further one."""
    if engine.run_next():
        enqueue("integrations.run_sync", integration_id)


@app.task(name="integrations.process_events")
def process_events() -> None:
    """Process the events of verifications, campaigns and tasks in the outbox."""
    outbox.consume(event_consumers.VERIFICATION_CONSUMER, event_consumers.consume_verifications)
    outbox.consume(event_consumers.CAMPAIGN_CONSUMER, event_consumers.consume_campaigns)
    outbox.consume(event_consumers.TASK_CONSUMER, event_consumers.consume_tasks)


@app.task(name="integrations.start_due_syncs")
def start_due_syncs() -> None:
    """Start the scheduled syncs that are due."""
    services.start_due_syncs()


@app.task(name="integrations.delete_old_deliveries")
def delete_old_deliveries() -> None:
    """Delete processed webhook deliveries after a week."""
    old = WebhookDelivery.objects.filter(created_at__lt=timezone.now() - DELIVERY_RETENTION)
    # An unprocessed delivery waits for a sync that may be paused; it is never lost.
    delete_in_batches(old.filter(processed_at__isnull=False).order_by("created_at"))


@app.task(name="integrations.requeue_pending")
def requeue_pending() -> None:
    """Enqueue syncs whose message was lost, whose worker was killed, or that waited for a rate limit."""
    engine.requeue_waiting()
