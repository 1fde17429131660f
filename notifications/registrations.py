from events.outbox import register_consumer
from notifications.alerts import batching
from notifications.webhooks import fan_out, subscribers

register_consumer(batching.CONSUMER, batching.KINDS)
register_consumer(fan_out.CONSUMER, wants=subscribers.has_endpoints)
