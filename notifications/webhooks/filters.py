from krafter_audit.api.lists.filters import ChoicesFilter, ListFilter
from notifications.models import WebhookEndpoint


class WebhookEndpointFilter(ListFilter):
    status = ChoicesFilter(choices=WebhookEndpoint.Status.choices)
