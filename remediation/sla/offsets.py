import re
from datetime import timedelta
from typing import Any

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
