"""Transitions of an issue through a Jira workflow; each project defines their ids and names."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from integrations.providers.types import DISMISSED, TicketState

# Only the category of a status is the same everywhere; the usual English names are hints.
NEW, IN_PROGRESS, DONE = "new", "indeterminate", "done"
CATEGORIES = {"backlog": NEW, "done": DONE, DISMISSED: DONE}  # of a task's status; all others are in progress
NOT_FIXED_RESOLUTIONS = ("won't do", "won't fix", "declined", "canceled", "cancelled", "rejected")
USUAL_NAMES = {
    "backlog": ("to do", "backlog", "open"),
    "in_progress": ("in progress", "in development"),
    "blocked": ("blocked", "on hold", "impeded", "waiting"),
    "ready_verify": ("in review", "review", "in verification", "in testing", "in qa"),
    "done": ("done", "closed", "resolved"),
    DISMISSED: NOT_FIXED_RESOLUTIONS,
}
NOT_FIXED_NAMES = frozenset({
    "abandoned", "cancelled", "canceled", "cannot reproduce", "declined", "duplicate", "incomplete", "invalid",
    "known error", "not a bug", "obsolete", "rejected", "won't do", "won't fix", "wontfix",
})  # fmt: skip
FIXED_RESOLUTIONS = ("done", "fixed", "resolved", "completed")


@dataclass(frozen=True)
class WorkflowStatus:
    """A status of a workflow, its name in lower case."""

    id: str
    name: str
    category: str

    @property
    def is_not_fixed(self) -> bool:
        return self.name in NOT_FIXED_NAMES

    def has_usual_name_of(self, task_status: str) -> bool:
        return self.name in USUAL_NAMES[task_status]


@dataclass(frozen=True)
class WorkflowTransition:
    id: str
    to: WorkflowStatus
    fields: dict[str, Any] = field(default_factory=dict)  # sent with it
    missing: int = 0  # number of required fields without a value


def read_status(body: Any) -> WorkflowStatus:
    category = str((body.get("statusCategory") or {}).get("key") or NEW)
    return WorkflowStatus(str(body.get("id")), _name(body.get("name")), category)


def ticket_state(fields: Any) -> TicketState:
    status = read_status(fields["status"])
    if status.category == DONE:
        resolution = _name((fields.get("resolution") or {}).get("name"))
        not_fixed = status.is_not_fixed or resolution in NOT_FIXED_NAMES
        return TicketState.DROPPED if not_fixed else TicketState.CLOSED
    # A blocked issue is not being worked on, whatever its category.
    if status.category == IN_PROGRESS and not status.has_usual_name_of("blocked"):
        return TicketState.STARTED
    return TicketState.OPEN


def read_transitions(body: Any, *, dismissed: bool = False) -> list[WorkflowTransition]:
    """Read the available transitions, with the resolution of a fix or of a dismissal where they have one."""
    resolutions = NOT_FIXED_RESOLUTIONS if dismissed else FIXED_RESOLUTIONS
    available = [
        transition for transition in body["transitions"] if transition.get("isAvailable") is not False
    ]
    return [_transition(transition, resolutions) for transition in available]


def fits(status: WorkflowStatus, task_status: str) -> bool:
    # Within a category people choose the status, and keep it.
    is_blocked = status.category == IN_PROGRESS and status.has_usual_name_of("blocked")
    return status.category == category_of(task_status) and is_blocked == (task_status == "blocked")


def category_of(task_status: str) -> str:
    return CATEGORIES.get(task_status, IN_PROGRESS)


def direct_transition(
    transitions: Sequence[WorkflowTransition], task_status: str, current: WorkflowStatus
) -> WorkflowTransition | None:
    """Return the transition to the best status: one of its usual name, else one of its category."""
    candidates = [
        transition
        for transition in transitions
        if transition.to.category == category_of(task_status)
        and (task_status == DISMISSED or not transition.to.is_not_fixed)
    ]
    if task_status != "blocked":
        candidates = [
            transition for transition in candidates if not transition.to.has_usual_name_of("blocked")
        ]
    elif current.category == IN_PROGRESS:
        candidates = [transition for transition in candidates if transition.to.has_usual_name_of("blocked")]
    return min(
        candidates,
        key=lambda transition: (not transition.to.has_usual_name_of(task_status), transition.missing),
        default=None,
    )


def intermediate_transition(
    transitions: Sequence[WorkflowTransition], passed: set[str]
) -> WorkflowTransition | None:
    """Return a transition to an in-progress status not passed yet."""
    candidates = [
        transition
        for transition in transitions
        if transition.to.category == IN_PROGRESS and transition.to.id not in passed
    ]
    return min(
        candidates,
        key=lambda transition: (transition.to.has_usual_name_of("blocked"), transition.missing),
        default=None,
    )


def _transition(body: Any, resolutions: Sequence[str]) -> WorkflowTransition:
    fields, missing = {}, 0
    for name, metadata in (body.get("fields") or {}).items():
        if name == "resolution" and (resolution := _resolution(metadata, resolutions)):
            fields["resolution"] = {"id": resolution}
        elif metadata.get("required") and not metadata.get("hasDefaultValue"):
            missing += 1
    return WorkflowTransition(str(body["id"]), read_status(body["to"]), fields, missing)


def _resolution(metadata: Any, names: Sequence[str]) -> str | None:
    ids = {_name(value.get("name")): str(value["id"]) for value in metadata.get("allowedValues") or []}
    return next((ids[name] for name in names if name in ids), None)


def _name(value: Any) -> str:
    # People type both apostrophes in "won't do".
    return str(value or "").strip().lower().replace("\u2019", "'")
