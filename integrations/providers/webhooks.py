"""Signatures of webhook deliveries, and the event in a delivery.

A delivery only says which ticket has changed, and its current state is requested: a late, repeated or out of order
delivery does no harm.
"""

import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from integrations.providers.types import ReportedDeploy
from krafter_audit.http.timestamps import parse_timestamp

# How far the clock of a self-hosted server may be ahead. A repetition is recognised for longer (integrations/jobs.py).
MAX_CLOCK_SKEW = timedelta(days=1)


@dataclass(frozen=True)
class WebhookRequest:
    """A delivery as received: lower-case header names, raw body."""

    headers: Mapping[str, str]
    body: bytes

    def header(self, name: str) -> str:
        return self.headers.get(name, "")


@dataclass(frozen=True)
class WebhookEvent:
    delivery_id: str
    name: str
    sent_at: datetime | None = None
    changed_at: datetime | None = None  # the vendor's time of the change
    ticket_ids: tuple[str, ...] = ()  # the last parts of the tickets' external ids: `123`, a UUID
    findings_changed: bool = False  # the vendor's own findings have changed
    deploy: ReportedDeploy | None = None  # the site was deployed
    repositories: tuple[str, ...] = ()  # the names of the deploy's repository, in lower case
    repository_id: str = ""  # its number, which stays when it is renamed
    released: bool = False  # a release was published


@dataclass(frozen=True)
class WebhookFormat:
    """How a vendor signs and writes its deliveries."""

    is_signed: Callable[[WebhookRequest, str], bool]
    read: Callable[[WebhookRequest, Any], WebhookEvent]
    max_age: timedelta  # of a delivery, with the vendor's retries
    event_names: str  # to enable at the vendor, as its settings page calls them
    max_skew: timedelta = timedelta(minutes=1)  # of the vendor's clock ahead of ours


def equal_in_constant_time(received: str, expected: str) -> bool:
    """Compare two secrets without revealing by the duration where they differ."""
    return hmac.compare_digest(received.encode("utf-8", "replace"), expected.encode())


def signed_by(header: str, prefix: str = "") -> Callable[[WebhookRequest, str], bool]:
    """Return a check of a header with the hexadecimal HMAC-SHA256 of the raw body."""

    def is_signed(request: WebhookRequest, secret: str) -> bool:
        digest = hmac.new(secret.encode(), request.body, hashlib.sha256).hexdigest()
        return equal_in_constant_time(request.header(header), prefix + digest)

    return is_signed


def number_of(repository: Any) -> str:
    """Return the number of a repository in a payload; empty without one."""
    number = repository.get("id") if isinstance(repository, dict) else None
    return str(number) if isinstance(number, int) else ""


def timestamp(value: Any) -> datetime | None:
    """Read ISO 8601, or seconds or milliseconds since 1970; None for anything else."""
    try:
        if isinstance(value, str) and not value.isdecimal():
            # In UTC, in which it is stored, the year may be 0 or 10000: an OverflowError.
            return parse_timestamp(value.removesuffix(" UTC")).astimezone(UTC)
        number = float(value)
        # As seconds, such a number is a date after the year 5000.
        return datetime.fromtimestamp(number / 1000 if number > 10**11 else number, UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return None
