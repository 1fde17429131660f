"""The channels to which a policy sends alerts: `{"alert_routing": {"critical": ["slack", "email"]}}`, by severity."""

from typing import Any

from django.db.models import TextChoices

from findings.models import Severity
from findings.policy_rules import section_of


class AlertChannel(TextChoices):
    SLACK = "slack", "Slack"
    EMAIL = "email", "E-mail"


def routes_of(config: dict[str, Any]) -> dict[str, set[str]]:
    """Return the valid part as `{channel: severities}`."""
    routes: dict[str, set[str]] = {}
    for severity, channels in section_of(config, "alert_routing").items():
        for channel in channels if isinstance(channels, list) else ():
            if severity in Severity.values and channel in AlertChannel.values:
                routes.setdefault(channel, set()).add(severity)
    return routes
