from krafter_audit.api.lists.filters import ChoicesFilter, ListFilter
from notifications.models import Alert
from remediation.alert_routing import AlertChannel


class AlertFilter(ListFilter):
    channel = ChoicesFilter(choices=AlertChannel.choices)
    status = ChoicesFilter(choices=Alert.Status.choices)
