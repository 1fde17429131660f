"""What the house and the adapters give each other: tickets, drafts of them, findings and their sources."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class State(StrEnum):
    """Where a ticket stands, by category; each vendor has its own words for these."""

    OPEN = "open"
    STARTED = "started"
    CLOSED = "closed"
    DROPPED = "dropped"  # closed without being done: won't fix, duplicate


@dataclass(frozen=True)
class Ticket:
    """An issue at the provider. `marker` is the id of the task that it was made for, read from its body."""

    external_id: str
    key: str
    url: str
    title: str
    state: State
    updated_at: datetime
    body: str = ""
    labels: tuple[str, ...] = ()
    marker: str | None = None


@dataclass(frozen=True)
class Draft:
    """A task as it is to be seen at the provider. `text` is the guidance in Markdown.

    `confidential`: it is about a hole that not everybody should read of, where the vendor can hide a ticket.
    """

    marker: str
    title: str
    status: str
    priority: str
    due: datetime | None
    closed: bool
    url: str = ""  # of the task's page here
    text: str = ""
    confidential: bool = False


@dataclass(frozen=True)
class RemoteFinding:
    """Something wrong that the provider knows of. `severity` is critical, high, medium or low.

    `seen_at` is when the provider looked, where it tells of what it saw some time ago.
    """

    external_id: str
    url: str
    domain: str
    title: str
    severity: str
    description: str = ""
    assets: tuple[tuple[str, str], ...] = ()
    evidence: Mapping[str, Any] = field(default_factory=dict)
    fix: Mapping[str, Any] | None = None
    seen_at: datetime | None = None


@dataclass(frozen=True)
class Source:
    """One list of findings that a provider may or may not offer; `pages` asks for it page by page."""

    name: str
    pages: Callable[[], Iterator[Sequence[RemoteFinding]]]
