"""What happened becomes news for people: by the policy's `alert_routing`, many things in one message.

It runs in the transaction in which the record is read, so that nothing is told twice and nothing is left out.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import F
from django.utils import timezone

from accounts.models import Project
from events.models import Event
from events.outbox import EventBatch
from findings.models import Finding, Severity
from integrations.alert_models import Channel
from integrations.models import Alert
from remediation.services.policies import config_of

CONSUMER = "alerts"
NEW, REGRESSION, OVERDUE = "new", "regression", "overdue"
KINDS = {
    "finding.created": NEW,
    "finding.regressed": REGRESSION,
    "verification.reopened": REGRESSION,
    "task.overdue": OVERDUE,
}
WINDOW = timedelta(seconds=60)  # in which news becomes one message
HOUR = timedelta(hours=1)
MOST_AN_HOUR = 6  # messages of a project to a channel
MOST_NAMED = 10
RANK = {severity: place for place, severity in enumerate(Severity.values)}


@dataclass(frozen=True)
class News:
    """What is told: how many of which severity, and the worst of them by name."""

    kind: str
    counts: Mapping[str, int]
    worst: Sequence[Mapping[str, Any]]


def read(batch: EventBatch) -> None:
    """Gather what was read for the channels that the policy routes it to."""
    project = Project.objects.filter(pk=batch.project_id).first()
    if project is None:
        return
    routes = routes_in(config_of(project))
    if not routes:
        return
    kind = KINDS[batch.name]
    severities = severities_of(batch.events)
    for channel, wanted in routes.items():
        told = {pk: severity for pk, severity in severities.items() if severity in wanted}
        if told:
            gather(project, channel, News(kind, Counter(told.values()), _worst(kind, told)))


def routes_in(config: Mapping[str, Any]) -> dict[str, set[str]]:
    """Return `{channel: severities}` as the policy says; what cannot be read of it is passed over."""
    routing = config.get("alert_routing")
    routes: dict[str, set[str]] = {}
    for severity, channels in routing.items() if isinstance(routing, dict) else ():
        for channel in channels if isinstance(channels, list) else ():
            if severity in RANK and channel in Channel.values:
                routes.setdefault(channel, set()).add(severity)
    return routes


def severities_of(events: Iterable[Event]) -> dict[UUID, str]:
    """Return the finding of each event with its severity: from the event, else as it is now."""
    found: dict[UUID, str] = {}
    unsaid: list[UUID] = []
    for event in events:
        finding = UUID(str(event.data.get("finding_id") or event.subject_id))
        if event.data.get("severity") in RANK:
            found[finding] = event.data["severity"]
        else:
            unsaid.append(finding)
    if unsaid:
        found |= dict(Finding.objects.filter(pk__in=unsaid).values_list("pk", "severity"))
    return found


def _worst(kind: str, told: Mapping[UUID, str]) -> list[dict[str, Any]]:
    """Name the worst few. Only those of the worst severity are looked at: a bulk is not read again."""
    most = sorted(told, key=lambda pk: RANK[told[pk]])[: MOST_NAMED * 10]
    rows = Finding.objects.filter(pk__in=most).values_list("pk", "title", "score")
    named = [(RANK[told[pk]], -score, pk, title) for pk, title, score in rows]
    return [
        {"kind": kind, "severity": told[pk], "title": title, "id": str(pk)}
        for _, _, pk, title in sorted(named)[:MOST_NAMED]
    ]


def gather(project: Project, channel: str, news: News) -> None:
    """Add to the message of a channel that is not sent yet, or begin one."""
    now = timezone.now()
    free_at = free_from(project, channel, now)
    fresh = Alert(project=project, channel=channel, due_at=max(now + WINDOW, free_at))
    Alert.objects.bulk_create([fresh], ignore_conflicts=True)
    waiting = Alert.objects.select_for_update().filter(project=project, channel=channel)
    alert = waiting.get(status=Alert.Status.GATHERING)
    counts = {kind: dict(numbers) for kind, numbers in alert.counts.items()}
    ours = counts.setdefault(news.kind, {})
    for severity, number in news.counts.items():
        ours[severity] = ours.get(severity, 0) + number
    number = sum(news.counts.values())
    worst = sorted([*alert.worst, *news.worst], key=lambda item: RANK[item["severity"]])[:MOST_NAMED]
    Alert.objects.filter(pk=alert.pk).update(
        counts=counts,
        worst=worst,
        total=F("total") + number,
        held_back=F("held_back") + (number if free_at > now else 0),
        updated_at=now,
    )


def free_from(project: Project, channel: str, now: datetime) -> datetime:
    """Return when a channel may have its next message: now, or an hour after the oldest of its share."""
    sent = Alert.objects.filter(project=project, channel=channel, sent_at__gt=now - HOUR)
    times = [
        moment
        for moment in sent.order_by("-sent_at").values_list("sent_at", flat=True)[:MOST_AN_HOUR]
        if moment
    ]
    return now if len(times) < MOST_AN_HOUR else times[-1] + HOUR
