from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from reports.presentation.summary import KeyFigure

SaveOutcome = Callable[[str, str], None]


@dataclass(frozen=True)
class ReportMessage:
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
    recipients: Sequence[str] = ()
    webhook_url: str = field(default="", repr=False)


@dataclass(frozen=True)
class ShareChannel:
    """A channel; `needs` are its required request fields, which `check` validates. Raises InvalidParams.

    `deliver` sends and returns a sentence, or raises DeliveryRefused or DeliveryPostponed; None if nothing is sent.
    """

    needs: frozenset[str] = frozenset()
    check: Callable[[dict[str, Any]], None] = lambda fields: None
    deliver: Callable[[ShareDelivery], str] | None = None
