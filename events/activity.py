"""Recent activity for people: one line for events of the same kind that follow each other.

The feeds of the API have each event.
"""

from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.db.models import Q, QuerySet

from events.models import Event

MAX_EVENTS_READ = 200  # events that are grouped into lines
# A policy moves the due date of each open task, and one event at the end counts them.
COUNTED_LATER = Q(name="task.due_date_moved", data__cause="policy")
RECALCULATED = "policy.due_dates_recalculated"
# (name in the event's data, sentence about one task, sentence about several)
DUE_DATE_SENTENCES = (
    ("moved", "The due date of 1 task moved", "The due dates of {} tasks moved"),
    ("added", "1 task got a due date", "{} tasks got a due date"),
    ("removed", "1 task lost its due date", "{} tasks lost their due date"),
    ("overdue_at_once", "1 task is overdue at once", "{} tasks are overdue at once"),
)


@dataclass(frozen=True)
class ActivityLine:
    """The newest of some events of one kind, and their number."""

    event: Event
    count: int
    is_cut: bool = False  # there may be more of them

    @property
    def sentence(self) -> str:
        return due_dates_in_words(self.event)


def recent(events: QuerySet[Event], limit: int) -> list[ActivityLine]:
    """Return the newest lines of the events, at most `limit`."""
    rows = list(events.exclude(COUNTED_LATER).order_by("-pk")[:MAX_EVENTS_READ])
    groups = [list(group) for _, group in groupby(rows, key=_kind)]
    is_cut = len(rows) == MAX_EVENTS_READ
    lines = [ActivityLine(group[0], len(group), is_cut and group[-1] is rows[-1]) for group in groups]
    return lines[:limit]


def _kind(event: Event) -> Any:
    return event.name, event.project_id, event.actor, event.actor_id


def due_dates_in_words(event: Event) -> str:
    """Return `The due dates of 312 tasks moved: the policy changed` for a recalculation; empty for other events."""
    if event.name != RECALCULATED:
        return ""
    counts = [
        (int(event.data.get(name) or 0), singular, plural) for name, singular, plural in DUE_DATE_SENTENCES
    ]
    parts = [
        singular if count == 1 else plural.format(f"{count:,}") for count, singular, plural in counts if count
    ]
    return f"{', '.join(parts) or 'No due date moved'}: the policy changed"
