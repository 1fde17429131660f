from events.outbox import register_consumer
from notifications import alert_batching
from notifications.webhooks import fan_out, subscribers

register_consumer(alert_batching.CONSUMER, alert_batching.KINDS)
register_consumer(fan_out.CONSUMER, wants=subscribers.has_endpoints)
