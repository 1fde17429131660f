from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from reports.presentation.summary import KeyFigure

type SaveOutcome = Callable[[str, str], None]


@dataclass(frozen=True)
class ReportMessage:
    share_id: UUID
    project: str
    site_url: str
    period: str
    summary: str
    figures: Sequence[KeyFigure]
    trend: str
    url: str
    expires: str


@dataclass(frozen=True)
class ShareDelivery:
    message: ReportMessage
    # Stores the result for one address at once.
    save_outcome: SaveOutcome
    recipients: Iterable[str] = ()
    webhook_url: str = field(default="", repr=False)
    # The stored results, those of earlier attempts too.
    outcomes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ShareChannel:
    """A way to share a report."""

    needs: frozenset[str] = frozenset()  # required request fields
    # Validates these fields. Raises InvalidParams.
    check: Callable[[dict[str, Any]], None] = lambda fields: None
    # Sends, and returns a sentence. Raises DeliveryRefused or DeliveryPostponed. None if nothing is sent.
    deliver: Callable[[ShareDelivery], str] | None = None
