import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from findings.policy_rules import ignored

OFFSET = re.compile(r"\A([1-9][0-9]{0,4})([mhd])\Z")
UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
MAX_OFFSET = timedelta(days=90)  # before a due date, or after an approval


def parse_offset(value: Any) -> timedelta | None:
    """Parse an offset such as 90m, 1h or 7d; None if it is not one, or longer than 90 days."""
    match = OFFSET.match(value) if isinstance(value, str) else None
    offset = int(match[1]) * UNITS[match[2]] if match else None
    return offset if offset and offset <= MAX_OFFSET else None


def parse_offsets(value: Any, *, limit: int) -> list[timedelta]:
    """Return the valid offsets of a list, shortest first, at most `limit`."""
    found = {parse_offset(item) for item in value} if isinstance(value, list) else set()
    return sorted(offset for offset in found if offset)[:limit]


def invalid_offsets(path: str, value: Any, *, limit: int) -> Iterator[str]:
    """Yield a sentence if the value is no list of at most `limit` offsets."""
    if not isinstance(value, list) or len(value) > limit or not all(map(parse_offset, value)):
        yield (
            f"{ignored(path, in_part=parse_offsets(value, limit=limit))}: it must be a list of at most {limit}"
            f" times such as 90m, 1h or 7d, up to {MAX_OFFSET.days} days."
        )
