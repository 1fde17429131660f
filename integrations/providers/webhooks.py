"""How vendors call us: what each signs with, and what a delivery says. Nothing here opens a secret or a row.

What a delivery says is never believed beyond *look at this*: the vendor is asked how things stand now. So one that
comes late, twice or out of order sets nothing back.
"""

import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any


@dataclass(frozen=True)
class Call:
    """A delivery as it came in: header names are in lower case, the body is raw."""

    headers: Mapping[str, str]
    body: bytes

    def header(self, name: str) -> str:
        """Return one header, empty where it is missing."""
        return self.headers.get(name, "")


@dataclass(frozen=True)
class Told:
    """What a delivery says: its own id, the event, when it was sent, and what to look at.

    `tickets` are the last parts of their ids (`123`, a UUID); `changed_at` is the vendor's time of the change.
    `findings`: what the vendor knows to be wrong has changed.
    """

    delivery: str
    event: str
    sent_at: datetime | None = None
    changed_at: datetime | None = None
    tickets: tuple[str, ...] = ()
    findings: bool = False


@dataclass(frozen=True)
class Hooks:
    """One vendor's calls. `fresh_for`: how old a delivery may be, with all of the vendor's own retries."""

    is_signed: Callable[[Call, str], bool]
    read: Callable[[Call, Any], Told]
    fresh_for: timedelta
    events: str  # what to switch on at the vendor, for people


def same(sent: str, expected: str) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(sent.encode("utf-8", "replace"), expected.encode())


def signed_by(header: str, prefix: str = "") -> Callable[[Call, str], bool]:
    """Return a look at a header that has the hexadecimal HMAC-SHA256 of the raw body."""

    def is_signed(call: Call, secret: str) -> bool:
        digest = hmac.new(secret.encode(), call.body, hashlib.sha256).hexdigest()
        return same(call.header(header), prefix + digest)

    return is_signed


def moment(value: Any) -> datetime | None:
    """Read a time: ISO 8601, or seconds or milliseconds since 1970. None for anything else."""
    try:
        if isinstance(value, str) and not value.isdecimal():
            told = datetime.fromisoformat(value.removesuffix(" UTC"))
            return told if told.tzinfo else told.replace(tzinfo=UTC)
        number = float(value)
        return datetime.fromtimestamp(number / 1000 if number > 10**11 else number, UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return None
