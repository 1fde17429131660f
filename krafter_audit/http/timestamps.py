import re
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime

# `date.fromisoformat` also reads 20261125 and 2026-W48-3.
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def format_timestamp(moment: datetime) -> str:
    """Format a time as ISO 8601 in UTC with whole seconds: `2026-11-25T09:30:00Z`."""
    return moment.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def parse_timestamp(text: str) -> datetime:
    """Parse ISO 8601; without an offset it is UTC. Raises ValueError, TypeError."""
    moment = datetime.fromisoformat(text)
    if not moment.tzinfo:
        return moment.replace(tzinfo=UTC)
    try:
        moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("the time is not in the years 1 to 9999 of UTC") from None
    return moment


def is_day(text: str) -> bool:
    """Return whether the text has the form `2026-11-25`, also if there is no such day."""
    return bool(_DAY.fullmatch(text))


def parse_day(text: str) -> date:
    """Parse a day of that form. Raises ValueError."""
    if not is_day(text):
        raise ValueError("not a day as YYYY-MM-DD")
    return date.fromisoformat(text)


def parse_retry_after(header: str | None) -> float:
    """Return the seconds of a Retry-After header, a number or date (RFC 9110, section 10.2.3); 0 for none."""
    value = (header or "").strip()
    if value.isascii() and value.isdigit():
        return float(value[:9])
    try:
        until = parsedate_to_datetime(value)
    except (ValueError, OverflowError):  # the year may have many digits
        return 0.0
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return max(0.0, (until - datetime.now(UTC)).total_seconds())
