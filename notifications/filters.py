from krafter_audit.api.lists.filters import ChoicesFilter, ListFilter
from notifications.models import Alert, WebhookEndpoint
from remediation.alert_routing import AlertChannel


class AlertFilter(ListFilter):
    channel = ChoicesFilter(choices=AlertChannel.choices)
    status = ChoicesFilter(choices=Alert.Status.choices)


class WebhookEndpointFilter(ListFilter):
    status = ChoicesFilter(choices=WebhookEndpoint.Status.choices)
