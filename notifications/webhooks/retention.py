from datetime import timedelta
from itertools import batched

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from notifications.models import EventDelivery, WebhookEndpoint

BATCH_SIZE = 1_000
MAX_DELETED = 100_000  # in one run


def delete_expired() -> int:
    """Delete deliveries past KRAFTER_WEBHOOKS_KEEP_DAYS that will not be tried again; return their number."""
    keep = settings.KRAFTER_WEBHOOKS_KEEP_DAYS
    if not keep:
        return 0
    will_be_tried = Q(status=EventDelivery.Status.PENDING, endpoint__status=WebhookEndpoint.Status.ENABLED)
    old = EventDelivery.objects.filter(~will_be_tried, created_at__lt=timezone.now() - timedelta(days=keep))
    ids = list(old.order_by("created_at").values_list("pk", flat=True)[:MAX_DELETED])
    return sum(EventDelivery.objects.filter(pk__in=part).delete()[0] for part in batched(ids, BATCH_SIZE))
