"""The alerts that named a finding, in its history."""

from collections.abc import Iterator

from django.urls import reverse

from findings.models import Finding
from notifications.models import Alert
from remediation.admin.timeline import TimelineEntry
from remediation.models import Task

MAX_ALERTS = 50


def alert_entries(finding: Finding, tasks: list[Task]) -> Iterator[TimelineEntry]:
    """Yield the newest alerts with this finding among the most severe, that were delivered or failed."""
    alerts = Alert.objects.filter(
        project=finding.project_id,
        status__in=(Alert.Status.SENT, Alert.Status.FAILED),
        created_at__gte=finding.created_at,
        most_severe__contains=[{"id": str(finding.pk)}],
    )
    for alert in alerts.order_by("-created_at", "-pk")[:MAX_ALERTS]:
        failed = alert.status == Alert.Status.FAILED
        yield TimelineEntry(
            alert.sent_at or alert.updated_at,
            "Alert not delivered" if failed else "Alert sent",
            f"{alert.get_channel_display()}: {alert.outcome}",
            url=reverse("admin:notifications_alert_change", args=[alert.pk]),
            tone="danger" if failed else "",
        )
