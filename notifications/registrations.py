from events.outbox import register_consumer
from notifications.alerts import batching
from notifications.webhooks import endpoint_cache, fan_out

register_consumer(batching.CONSUMER, batching.KINDS)
register_consumer(fan_out.CONSUMER, organization_filter=endpoint_cache.has_endpoints)
