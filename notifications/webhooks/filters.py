"""Filters of webhook endpoints."""

from krafter_audit.api.filters import ChoicesFilter, ListFilter
from notifications.models import WebhookEndpoint


class WebhookEndpointFilter(ListFilter):
    """Filters by status, which may be repeated, and time."""

    status = ChoicesFilter(choices=WebhookEndpoint.Status.choices)

    class Meta:
        model = WebhookEndpoint
        fields = ("status",)
