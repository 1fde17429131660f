"""The history of a finding: events of it and of its tasks, verifications and regressions."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse

from accounts.models import User
from events.admin import ACTORS
from events.models import Event
from events.names import event_label
from findings.models import Finding
from findings.services.dismissals import DismissalValues
from krafter_audit.admin.text import status_label
from krafter_audit.displayed_times import in_words
from remediation.models import Task, Verification

MAX_ROWS = 200  # of each kind
TONES = {
    "finding.created": "danger",
    "finding.regressed": "danger",
    "finding.dismissal_expired": "warning",
    "task.overdue": "danger",
    "task.due_soon": "warning",
    "verification.started": "info",
    "verification.approved": "success",
    "verification.reopened": "danger",
}
DUE_DATE_CAUSES = {
    "blocked": "blocked",
    "unblocked": "not blocked any more",
    "dismissed": "finding dismissed",
    "dismissal_ended": "finding not dismissed any more",
    "extended": "extended",
    "policy": "by a new policy",
}
FIELD_NAMES = {
    "owner_id": "owner",
    "sla_due_at": "due date",
    "external_ticket_key": "ticket",
    "pr_url": "pull request",
}
ACTOR_LABELS = {**ACTORS, "admin": ""}


@dataclass(frozen=True)
class TimelineEntry:
    at: datetime
    title: str
    detail: str = ""
    actor: str = ""
    url: str = ""
    tone: str = ""


# Higher apps add theirs: functions that return the entries of a finding with these tasks.
SOURCES: list[Callable[[Finding, list[Task]], Iterable[TimelineEntry]]] = []


def entries(finding: Finding) -> list[TimelineEntry]:
    tasks = list(finding.tasks.order_by("-pk")[:MAX_ROWS])
    pages = {task.pk: reverse("admin:remediation_task_change", args=[task.pk]) for task in tasks}
    verifications = Verification.objects.filter(task__in=tasks).order_by("-pk").values_list("pk", flat=True)
    verifications = verifications[:MAX_ROWS]
    pages |= {pk: reverse("admin:remediation_verification_change", args=[pk]) for pk in verifications}
    regressions = finding.regressions.values_list("pk", flat=True)[:MAX_ROWS]
    events = list(
        Event.objects.filter(subject_id__in=[finding.pk, *pages, *regressions]).order_by("-pk")[:MAX_ROWS]
    )
    people = User.objects.in_bulk({event.actor_id for event in events if event.actor_id})
    found = [_entry(event, people, pages) for event in events]
    found += [entry for source in SOURCES for entry in source(finding, tasks)]
    return sorted(found, key=lambda entry: entry.at, reverse=True)


def _entry(event: Event, people: dict[Any, User], pages: dict[UUID, str]) -> TimelineEntry:
    person = people.get(event.actor_id)
    actor = ACTOR_LABELS.get(event.actor, event.actor)
    return TimelineEntry(
        event.at,
        event_label(event.name),
        _detail(event.data),
        ", ".join(text for text in (str(person) if person else "", actor) if text),
        pages.get(event.subject_id, ""),
        TONES.get(event.name, ""),
    )


def _detail(data: dict[str, Any]) -> str:
    before, after = data.get("before"), data.get("after")
    if isinstance(before, dict) and isinstance(after, dict):
        if "cause" in data:
            return _moved_due_date(before.get("sla_due_at"), after.get("sla_due_at"), data)
        changed = [
            (name, before.get(name), value) for name, value in after.items() if before.get(name) != value
        ]
        return "; ".join([*(_change(*change) for change in changed), *_dismissal(data.get("dismissal"))])
    statuses = data.get("statuses")
    if isinstance(statuses, list):
        counted = {str(status): statuses.count(status) for status in statuses}
        return ", ".join(f"{number} {status}" for status, number in counted.items())
    reason = data.get("override_reason")
    return f"Override: {reason}" if isinstance(reason, str) and reason else ""


def _dismissal(values: Any) -> list[str]:
    if not isinstance(values, dict):
        return []
    dismissal = DismissalValues.from_json(values)
    return [f"{dismissal}: {dismissal.comment}" if dismissal.comment else str(dismissal)]


def _moved_due_date(before: Any, after: Any, data: dict[str, Any]) -> str:
    was, now = (
        in_words(datetime.fromisoformat(moment)) if moment else "paused" for moment in (before, after)
    )
    reason = f", {data['reason']}" if data.get("reason") else ""
    moved = f"{was} → {now}" if was != now else now
    return f"{moved} ({DUE_DATE_CAUSES.get(data['cause'], data['cause'])}{reason})"


def _change(name: str, before: Any, after: Any) -> str:
    if name in ("status", "severity", "priority"):
        return f"{name}: {status_label(str(before))} → {status_label(str(after))}"
    return f"{FIELD_NAMES.get(name, name.replace('_', ' '))} changed"
