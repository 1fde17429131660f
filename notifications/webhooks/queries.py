from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from accounts.models import Organization
from krafter_audit.api.lookup import get_or_404
from notifications.models import EventDelivery, WebhookEndpoint


def endpoints_of(organization: Organization) -> QuerySet[WebhookEndpoint]:
    return WebhookEndpoint.objects.filter(organization=organization).defer("credentials")


def get_endpoint(organization: Organization, pk: UUID) -> WebhookEndpoint:
    """Return an endpoint. Raises NotFound."""
    return get_or_404(endpoints_of(organization), pk=pk)


def lock_endpoint(organization: Organization, pk: UUID) -> WebhookEndpoint:
    """Lock an endpoint. Raises NotFound."""
    return get_or_404(WebhookEndpoint.objects.select_for_update(), organization=organization, pk=pk)


def deliveries_of(
    endpoint: WebhookEndpoint,
    *,
    status: str | None = None,
    event_type: str | None = None,
    after: datetime | None = None,
    before: datetime | None = None,
) -> QuerySet[EventDelivery]:
    """Return an endpoint's deliveries; `after` and `before` are times of the event."""
    filters: dict[str, Any] = {
        "status": status,
        "event_type": event_type,
        "event_at__gte": after,
        "event_at__lt": before,
    }
    rows = EventDelivery.objects.filter(endpoint=endpoint).select_related("project")
    return rows.filter(**{name: value for name, value in filters.items() if value is not None})


def get_delivery(endpoint: WebhookEndpoint, pk: UUID) -> EventDelivery:
    """Return a delivery. Raises NotFound."""
    return get_or_404(deliveries_of(endpoint), pk=pk)


def due_deliveries() -> QuerySet[EventDelivery]:
    """Return the deliveries whose next attempt is due, of disabled and paused endpoints too."""
    return EventDelivery.objects.filter(
        status=EventDelivery.Status.PENDING, next_attempt_at__lte=timezone.now()
    )


def with_due_deliveries() -> QuerySet[WebhookEndpoint]:
    """Return the endpoints to which something is to be delivered now."""
    due = due_deliveries().filter(endpoint=OuterRef("pk"))
    enabled = WebhookEndpoint.objects.filter(Exists(due), status=WebhookEndpoint.Status.ENABLED)
    return enabled.exclude(paused_until__gt=timezone.now())
