"""Tasks and their tickets: what is true at any time, and once nothing fails any more and every change is synced."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from tests.histories import model
from tests.histories.model import Answer
from tests.histories.sla_clock import DISMISSED, DONE, SECOND, Finding, Task


@dataclass
class Project(model.Project):
    """The names of the rows: what a sync has done depends on the answers that were lost, and is not predicted."""

    provider: str = ""
    is_settled: bool = False

    def perform(self, operation: str, name: str, body: dict[str, Any]) -> Answer:
        self.now += SECOND
        self.is_settled = operation == "settle"
        if operation == "report_finding":
            self.findings.setdefault(name, Finding(body["severity"]))
        elif operation == "create_task":
            self.tasks[name] = Task(self.findings[body["finding_id"]], "backlog", self.now, self.rules)
        elif operation == "connect":
            self.provider = name
        return 200

    def likely(self) -> dict[str, int]:
        return {} if self.provider else {"connect": 1000}

    def names(self) -> set[str]:
        return super().names() | {self.provider}

    def state(self) -> dict[str, Any]:
        return {"tasks with two tickets": [], "titles that were lost": {}, "complaints": []}

    def views(self, number: int) -> dict[str, Any]:
        return {"contradictions": []} if self.is_settled else {}


class Ticket(NamedTuple):
    title: str
    is_closed: bool
    given_for: str | None  # the task's title when a person gave the ticket its title


@dataclass(frozen=True)
class Pair:
    """A task and its ticket after the last sync."""

    task: dict[str, Any]
    finding: dict[str, Any]
    ticket: Ticket | None
    conflicts: frozenset[str]  # the fields that a person must decide
    is_deleted: bool  # its ticket, by a person, and no other is wanted yet

    def contradictions(self) -> Iterator[str]:
        status, title = self.task["status"], self.task["title"]
        is_closed = status == DONE or self.finding["status"] == DISMISSED
        if self.ticket is None:
            if not (is_closed or self.is_deleted):
                yield f"{title} has no ticket"
            return
        if not self.task["external_ticket_key"]:
            yield f"{title} has no ticket key"
        is_decided = not self.conflicts & {"state", "loop"} and status != "ready_verify"
        if is_decided and is_closed != self.ticket.is_closed:
            yield f"{title} is {status}, its finding {self.finding['status']}, its ticket {self.ticket}"
        if "title" not in self.conflicts and self._is_title_undecided(title, self.ticket):
            yield f"{title} has a ticket with another title: {self.ticket}"

    def _is_title_undecided(self, title: str, ticket: Ticket) -> bool:
        # A title that was changed only in the ticket stays there.
        return title not in (ticket.title, ticket.given_for)
