"""Batch events into alerts as the policy's `alert_routing` says."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import F
from django.utils import timezone

from accounts.models import Project
from events.models import Event
from events.outbox import EventBatch
from findings.models import Finding, Severity
from notifications.models import Alert
from remediation.alert_routing import routes_of
from remediation.services.policies import config_of

CONSUMER = "alerts"
NEW, REGRESSION, OVERDUE, DUE_SOON = "new", "regression", "overdue", "due_soon"
DISMISSAL_EXPIRED = "dismissal_expired"
KINDS = {
    "finding.created": NEW,
    "finding.regressed": REGRESSION,
    "finding.dismissal_expired": DISMISSAL_EXPIRED,
    "verification.reopened": REGRESSION,
    "task.overdue": OVERDUE,
    "task.due_soon": DUE_SOON,
}
BATCH_WINDOW = timedelta(seconds=60)  # in which events become one message
HOUR = timedelta(hours=1)
# People mute a channel that writes more often; further events wait for the next message.
MAX_ALERTS_PER_HOUR = 6  # of a project's channel
MAX_NAMED = 10
RANK = {severity: rank for rank, severity in enumerate(Severity.values)}


def consume(batch: EventBatch) -> None:
    """Add events of the outbox to the alerts of the channels of the policy."""
    # Runs in the transaction that deletes the outbox entry: an event is neither lost nor counted twice.
    project = Project.objects.filter(pk=batch.project_id).first()
    if project is None:
        return
    routes = routes_of(config_of(project))
    if not routes:
        return
    kind = KINDS[batch.name]
    severities = finding_severities(batch.events)
    # Two tasks of a finding may be overdue: the events are counted, and the finding is named once.
    counts = Counter(severities[pk] for event in batch.events if (pk := _finding_id(event)) in severities)
    for channel, routed in routes.items():
        selected = {pk: severity for pk, severity in severities.items() if severity in routed}
        if selected:
            numbers = {severity: number for severity, number in counts.items() if severity in routed}
            add_to_alert(
                project, channel, kind=kind, numbers=numbers, most_severe=_most_severe(kind, selected)
            )


def finding_severities(events: Iterable[Event]) -> dict[UUID, str]:
    """Return `{finding id: severity}`: the severity in the event, otherwise the current one."""
    severities: dict[UUID, str] = {}
    unknown: list[UUID] = []
    for event in events:
        finding_id = _finding_id(event)
        if event.data.get("severity") in RANK:
            severities[finding_id] = event.data["severity"]
        else:
            unknown.append(finding_id)
    if unknown:
        severities |= dict(Finding.objects.filter(pk__in=unknown).values_list("pk", "severity"))
    return severities


def _finding_id(event: Event) -> UUID:
    return UUID(str(event.data.get("finding_id") or event.subject_id))


def _most_severe(kind: str, severities: Mapping[UUID, str]) -> list[dict[str, Any]]:
    # Only some candidates of the highest severity are read: an import may create a million findings.
    candidates = sorted(severities, key=lambda pk: RANK[severities[pk]])[: MAX_NAMED * 10]
    findings = Finding.objects.filter(pk__in=candidates).values_list("pk", "title", "score")
    ranked = sorted((RANK[severities[pk]], -score, pk, title) for pk, title, score in findings)
    return [
        {"kind": kind, "severity": severities[pk], "title": title, "id": str(pk)}
        for _, _, pk, title in ranked[:MAX_NAMED]
    ]


def add_to_alert(
    project: Project,
    channel: str,
    *,
    kind: str,
    numbers: Mapping[str, int],
    most_severe: Sequence[Mapping[str, Any]],
) -> None:
    """Add events of one kind to the channel's next alert: numbers by severity, and the most severe findings."""
    now = timezone.now()
    allowed_at = next_allowed_at(project, channel, now)
    collecting = Alert.objects.filter(project=project, channel=channel, status=Alert.Status.COLLECTING)
    # Locked before another is created: from now on its delivery cannot begin.
    alert = collecting.select_for_update().first()
    if alert is None:
        new = Alert(project=project, channel=channel, due_at=max(now + BATCH_WINDOW, allowed_at))
        # Two workers at once create one row, and add to it one after the other under its lock.
        Alert.objects.bulk_create([new], ignore_conflicts=True)
        alert = collecting.select_for_update().get()
    named = {(item["kind"], item["id"]): item for item in [*alert.most_severe, *most_severe]}
    number = sum(numbers.values())
    Alert.objects.filter(pk=alert.pk).update(
        counts=alert.counts | {kind: Counter(alert.counts.get(kind, {})) + Counter(numbers)},
        most_severe=sorted(named.values(), key=lambda item: RANK[item["severity"]])[:MAX_NAMED],
        total=F("total") + number,
        delayed=F("delayed") + (number if allowed_at > now else 0),
        updated_at=now,
    )


def next_allowed_at(project: Project, channel: str, now: datetime) -> datetime:
    """Return when the hourly limit allows the channel's next alert."""
    sent = Alert.objects.filter(project=project, channel=channel, sent_at__gt=now - HOUR)
    latest = list(sent.order_by("-sent_at").values_list("sent_at", flat=True)[:MAX_ALERTS_PER_HOUR])
    oldest = latest[-1] if len(latest) == MAX_ALERTS_PER_HOUR else None
    return oldest + HOUR if oldest else now
