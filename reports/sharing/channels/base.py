"""What a channel is: the fields it needs of a request, and how the worker sends a message through it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from reports.presentation.template_context import Figure

Note = Callable[[str, str], None]


@dataclass(frozen=True)
class Message:
    """What a reader is told: which report, its numbers, and the address of its page."""

    project: str
    site_url: str
    period: str
    figures: Sequence[Figure]
    words: str
    url: str
    expires: str


@dataclass(frozen=True)
class Parcel:
    """A message on its way. `note(address, outcome)` keeps what became of one address at once."""

    message: Message
    note: Note
    recipients: Sequence[str] = ()
    webhook_url: str = field(default="", repr=False)


@dataclass(frozen=True)
class Channel:
    """One channel. `needs` = the body's fields that belong to it and must be there.

    `check` refuses a value that could never be delivered to (InvalidParams). `deliver` sends and returns a
    sentence, or raises DeliveryRefused (final) or DeliveryPostponed (try again); None: nothing is sent.
    """

    needs: frozenset[str] = frozenset()
    check: Callable[[dict[str, Any]], None] = lambda fields: None
    deliver: Callable[[Parcel], str] | None = None
