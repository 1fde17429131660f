from uuid import UUID

from django.utils import timezone

from events import outbox
from krafter_audit.celery import app
from krafter_audit.db.leases import unleased
from krafter_audit.jobs.queues import enqueue
from notifications.alerts import batching
from notifications.alerts import delivery as alert_delivery
from notifications.models import Alert
from notifications.webhooks import disabled_notice, fan_out, queueing, retention

BATCH_SIZE = 200


@app.task(name="notifications.process_events")
def process_events() -> None:
    """Batch the events of the outbox into alerts."""
    outbox.consume(batching.CONSUMER, batching.consume)


@app.task(name="notifications.deliver_alert")
def deliver_alert(alert_id: str) -> None:
    """Deliver one alert."""
    alert_delivery.deliver(UUID(alert_id))


@app.task(name="notifications.requeue_pending")
def requeue_pending() -> None:
    """Enqueue the alerts that are due and that no worker has leased."""
    due = Alert.objects.filter(unleased(), status__in=Alert.UNFINISHED, due_at__lte=timezone.now())
    for pk in due.order_by("due_at").values_list("pk", flat=True)[:BATCH_SIZE]:
        enqueue("notifications.deliver_alert", str(pk))


@app.task(name="notifications.queue_webhooks")
def queue_webhooks() -> None:
    """Queue the events of the outbox for the webhook endpoints."""
    fan_out.run()


@app.task(name="notifications.deliver_to_webhook")
def deliver_to_webhook(endpoint_id: str) -> None:
    """Deliver what is due to the webhook endpoint that is next by `queueing.run_next`."""
    queueing.run_next()


@app.task(name="notifications.send_webhook_notice")
def send_webhook_notice(endpoint_id: str) -> None:
    """Send the e-mail about a disabled webhook endpoint."""
    disabled_notice.send(UUID(endpoint_id))


@app.task(name="notifications.requeue_webhooks")
def requeue_webhooks() -> None:
    """Enqueue the webhook endpoints with due deliveries, and due notices, that no worker has leased."""
    queueing.requeue_pending()


@app.task(name="notifications.delete_old_deliveries")
def delete_old_deliveries() -> None:
    """Delete old webhook deliveries."""
    retention.delete_expired()
