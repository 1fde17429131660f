"""How an issue moves through a Jira workflow: by transitions, whose ids and names each project chooses.

Only the category of a status is the same everywhere: `new`, `indeterminate`, `done`. Names are a hint, where
they are the usual English ones.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from integrations.providers.base import State

NEW, UNDER_WAY, DONE = "new", "indeterminate", "done"
CATEGORY = {"backlog": NEW, "done": DONE}  # of a task's status; every other one is under way
USUAL_NAMES = {
    "backlog": ("to do", "backlog", "open"),
    "in_progress": ("in progress", "in development"),
    "blocked": ("blocked", "on hold", "impeded", "waiting"),
    "ready_verify": ("in review", "review", "in verification", "in testing", "in qa"),
    "done": ("done", "closed", "resolved"),
}
GIVEN_UP = frozenset(
    [
        "abandoned",
        "cancelled",
        "canceled",
        "cannot reproduce",
        "declined",
        "duplicate",
        "incomplete",
        "invalid",
        "known error",
        "not a bug",
        "obsolete",
        "rejected",
        "won't do",
        "won't fix",
        "wontfix",
    ]
)
DONE_BY = ("done", "fixed", "resolved", "completed")  # resolutions


@dataclass(frozen=True)
class Status:
    """A status of a workflow. `name` is in lower case."""

    id: str
    name: str
    category: str

    @property
    def is_given_up(self) -> bool:
        """Whether it ends the work without its being done."""
        return self.name in GIVEN_UP

    def is_called(self, word: str) -> bool:
        """Whether it has one of the usual names of a task's status."""
        return self.name in USUAL_NAMES[word]


@dataclass(frozen=True)
class Transition:
    """A way to another status. `fields` is what we say on its screen, `asks` how much more it wants to know."""

    id: str
    to: Status
    fields: dict[str, Any] = field(default_factory=dict)
    asks: int = 0


def status_of(read: Any) -> Status:
    """Read a status; a category that nobody has heard of is as good as new."""
    category = str((read.get("statusCategory") or {}).get("key") or NEW)
    return Status(str(read.get("id")), _word(read.get("name")), category)


def state_of(fields: Any) -> State:
    """Return where an issue stands. What is blocked is not being worked on, whatever its category says."""
    status = status_of(fields["status"])
    if status.category == DONE:
        resolution = _word((fields.get("resolution") or {}).get("name"))
        return State.DROPPED if status.is_given_up or resolution in GIVEN_UP else State.CLOSED
    if status.category == UNDER_WAY and not status.is_called("blocked"):
        return State.STARTED
    return State.OPEN


def transitions_of(read: Any) -> list[Transition]:
    """Read the ways that are open to an issue, asked for with the fields of their screens."""
    return [_transition(each) for each in read["transitions"] if each.get("isAvailable") is not False]


def suits(status: Status, word: str) -> bool:
    """Tell whether an issue may stay where it is for a task of that status: people choose among the rest."""
    is_blocked = status.category == UNDER_WAY and status.is_called("blocked")
    return status.category == category_of(word) and is_blocked == (word == "blocked")


def category_of(word: str) -> str:
    """Return the category of a task's status."""
    return CATEGORY.get(word, UNDER_WAY)


def direct(ways: Sequence[Transition], word: str, at: Status) -> Transition | None:
    """Return the way to the status that fits a task's best: one of its name, else one of its category."""
    fitting = [way for way in _done_or_open(ways) if way.to.category == category_of(word)]
    if word != "blocked":
        fitting = [way for way in fitting if not way.to.is_called("blocked")]
    elif at.category == UNDER_WAY:
        fitting = [way for way in fitting if way.to.is_called("blocked")]
    return min(fitting, key=lambda way: (not way.to.is_called(word), way.asks), default=None)


def onward(ways: Sequence[Transition], passed: set[str]) -> Transition | None:
    """Return a way to a status of work under way that was not passed yet, where no way leads on directly."""
    under_way = [way for way in ways if way.to.category == UNDER_WAY and way.to.id not in passed]
    return min(under_way, key=lambda way: (way.to.is_called("blocked"), way.asks), default=None)


def _done_or_open(ways: Sequence[Transition]) -> list[Transition]:
    """Leave out the ways that give the work up: that is for people to say."""
    return [way for way in ways if not way.to.is_given_up]


def _transition(read: Any) -> Transition:
    known, asks = {}, 0
    for name, meta in (read.get("fields") or {}).items():
        if name == "resolution" and (choice := _resolution(meta)):
            known["resolution"] = {"id": choice}
        elif meta.get("required") and not meta.get("hasDefaultValue"):
            asks += 1
    return Transition(str(read["id"]), status_of(read["to"]), known, asks)


def _resolution(meta: Any) -> str | None:
    """Return the id of the resolution that says that the work was done."""
    known = {_word(each.get("name")): str(each["id"]) for each in meta.get("allowedValues") or []}
    return next((known[name] for name in DONE_BY if name in known), None)


def _word(name: Any) -> str:
    return str(name or "").strip().lower().replace("\u2019", "'")
