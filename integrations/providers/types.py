"""Data between a sync and a provider: tickets, drafts of tickets, findings, deploys."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
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
    """A ticket as the vendor has it."""

    external_id: str
    key: str
    url: str  # empty if the vendor's is no web address
    title: str
    state: TicketState
    updated_at: datetime
    body: str = ""
    labels: tuple[str, ...] = ()
    marker: str | None = None  # the id of the task it was created for, read from its body
    attempt: str = ""  # which of our attempts created it; a copy that a person makes has the same
    is_listed: bool = True  # False in another project or team, whose tickets `changed_tickets` does not have
    is_moved: bool = False  # closed, since it continues in another project

    def __post_init__(self) -> None:
        # Pages link to it, and a self-hosted server may send a script (`javascript:`) instead.
        if not self.url.startswith(("https://", "http://")):
            object.__setattr__(self, "url", "")


@dataclass(frozen=True)
class TicketDraft:
    """A task as its ticket should show it."""

    marker: str
    title: str
    status: str  # that of the task, or `dismissed`: the ticket is then closed as not fixed
    priority: str
    due: datetime | None
    closed: bool
    url: str = ""  # the task's page in the admin
    text: str = ""  # Markdown
    # The task is about a vulnerability: the ticket is hidden from the public where the vendor can do so.
    confidential: bool = False
    # The names of the task's campaigns, sorted.
    campaigns: tuple[str, ...] = ()
    attempt: str = ""  # the number of this attempt to create the ticket

    @property
    def is_dismissed(self) -> bool:
        return self.status == DISMISSED

    @property
    def due_day(self) -> str | None:
        """The day of `due` in UTC, in ISO 8601."""
        return self.due.astimezone(UTC).date().isoformat() if self.due else None


@dataclass(frozen=True)
class RemoteFinding:
    """A problem that the vendor reports."""

    external_id: str
    url: str
    domain: str
    title: str
    severity: str  # critical, high, medium or low
    description: str = ""
    assets: tuple[tuple[str, str], ...] = ()  # type and value of each
    evidence: Mapping[str, Any] = field(default_factory=dict)
    fix: Mapping[str, Any] | None = None
    # When the vendor observed it, for vendors that report old observations.
    observed_at: datetime | None = None
    # When it last occurred, for vendors that list it until a person resolves it.
    occurred_at: datetime | None = None


@dataclass(frozen=True)
class FindingList:
    """A vendor's list of findings."""

    name: str
    pages: Callable[[], Iterator[Sequence[RemoteFinding]]]  # requests it page by page


@dataclass(frozen=True)
class ReportedDeploy:
    """A deploy that a vendor reports."""

    external_id: str  # the same in a webhook and in a list of the vendor
    sha: str
    environment: str  # empty for a release
    url: str
    started_at: datetime | None  # None if the vendor does not report it
    finished_at: datetime | None  # None unless the deploy succeeded


@dataclass(frozen=True)
class DeployBatch:
    """Some deploys that changed."""

    deploys: Sequence[ReportedDeploy]
    until: datetime  # earlier changes are in this batch, or in one before it


def text(value: Any) -> str:
    """Return a text of a vendor's JSON. Raises TypeError for anything else: `str` would turn null into a word."""
    if not isinstance(value, str):
        raise TypeError("not a text")
    return value
