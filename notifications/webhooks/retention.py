from datetime import timedelta

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from krafter_audit.db.deletion import delete_in_batches
from notifications.models import EventDelivery, WebhookEndpoint


def delete_expired() -> int:
    """Delete deliveries past KRAFTER_WEBHOOKS_KEEP_DAYS that will not be tried again; return their number."""
    keep = settings.KRAFTER_WEBHOOKS_KEEP_DAYS
    if not keep:
        return 0
    will_be_tried = Q(status=EventDelivery.Status.PENDING, endpoint__status=WebhookEndpoint.Status.ENABLED)
    old = EventDelivery.objects.filter(~will_be_tried, created_at__lt=timezone.now() - timedelta(days=keep))
    return delete_in_batches(old.order_by("created_at"))
