"""Data between a sync and a provider: tickets, drafts of tickets, findings, deploys."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

DISMISSED = "dismissed"  # the status of a draft whose finding is dismissed


class TicketState(StrEnum):
    """The category of a ticket's status, whose words differ by vendor."""

    OPEN = "open"
    STARTED = "started"
    CLOSED = "closed"
    DROPPED = "dropped"  # closed without being fixed: won't fix, duplicate

    @property
    def is_closed(self) -> bool:
        return self in (TicketState.CLOSED, TicketState.DROPPED)


@dataclass(frozen=True)
class Ticket:
    """A ticket as the vendor has it. `marker` is the id of the task it was created for, read from its body."""

    external_id: str
    key: str
    url: str
    title: str
    state: TicketState
    updated_at: datetime
    body: str = ""
    labels: tuple[str, ...] = ()
    marker: str | None = None


@dataclass(frozen=True)
class TicketDraft:
    """A task as its ticket should show it. `text` is Markdown, `url` the task's page in the admin.

    `status` is the task's, or `dismissed`; the ticket of a dismissed finding is closed as not fixed.
    """

    marker: str
    title: str
    status: str
    priority: str
    due: datetime | None
    closed: bool
    url: str = ""
    text: str = ""
    # The task is about a vulnerability: the ticket is hidden from the public where the vendor can do so.
    confidential: bool = False
    # The names of the task's campaigns, sorted.
    campaigns: tuple[str, ...] = ()

    @property
    def is_dismissed(self) -> bool:
        return self.status == DISMISSED


@dataclass(frozen=True)
class RemoteFinding:
    """A problem that the vendor reports. `severity` is critical, high, medium or low."""

    external_id: str
    url: str
    domain: str
    title: str
    severity: str
    description: str = ""
    assets: tuple[tuple[str, str], ...] = ()
    evidence: Mapping[str, Any] = field(default_factory=dict)
    fix: Mapping[str, Any] | None = None
    # When the vendor saw it, for vendors that report what they saw some time ago.
    observed_at: datetime | None = None


@dataclass(frozen=True)
class FindingList:
    """A vendor's list of findings; `pages` requests it page by page."""

    name: str
    pages: Callable[[], Iterator[Sequence[RemoteFinding]]]


@dataclass(frozen=True)
class ReportedDeploy:
    """A deploy that a vendor reports; `started_at` if the vendor has it, `finished_at` only if the deploy succeeded.

    `external_id` is the same in a webhook and in a list of the vendor. `environment` is empty for a release.
    """

    external_id: str
    sha: str
    environment: str
    url: str
    started_at: datetime | None
    finished_at: datetime | None


@dataclass(frozen=True)
class DeployBatch:
    """Some deploys that changed. Earlier changes than `until` are in this batch, or in one before it."""

    deploys: Sequence[ReportedDeploy]
    until: datetime


def without_nul(value: Any) -> Any:
    """Remove NUL characters, which PostgreSQL does not accept, from a JSON value at any depth."""
    if isinstance(value, str):
        return value.replace("\x00", "")
    if isinstance(value, dict):
        return {without_nul(key): without_nul(inner) for key, inner in value.items()}
    return [without_nul(inner) for inner in value] if isinstance(value, list) else value
