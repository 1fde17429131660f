"""Parse the directives of meta robots elements and X-Robots-Tag headers.

Source: https://developers.google.com/search/docs/crawling-indexing/robots-meta-tag
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_NOT_INDEXED = frozenset({"noindex", "none"})
_VALUED_DIRECTIVES = ("unavailable_after", "max-snippet", "max-image-preview", "max-video-preview")
# In the formats of RFC 822 and RFC 850 there is a comma after the day of the week.
_UNAVAILABLE_AFTER = re.compile(r"\bunavailable_after\s*:\s*((?:[a-z]{3,9}\s*,)?[^,]*)", re.IGNORECASE)


def directives_for(agent: str, lines: Sequence[str]) -> list[str]:
    """Return the directives of X-Robots-Tag headers for all agents and those for this agent (in lower case)."""
    found = []
    for line in lines:
        name, colon, rest = line.partition(":")
        word = name.strip().lower()
        has_agent = colon and " " not in word and "," not in word and word not in _VALUED_DIRECTIVES
        if not has_agent:
            found.append(line)
        elif word == agent:
            found.append(rest)
    return found


def forbids_indexing(text: str, now: datetime) -> bool:
    """Return whether comma-separated directives forbid to index the page at a time."""
    if not _NOT_INDEXED.isdisjoint(word.strip().lower() for word in text.split(",")):
        return True
    dates = (_parse_date(date) for date in _UNAVAILABLE_AFTER.findall(text))
    return any(date < now for date in dates if date)


def _parse_date(text: str) -> datetime | None:
    for parse in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            date = parse(text.strip())
        except (TypeError, ValueError, OverflowError):
            continue
        return date if date.tzinfo else date.replace(tzinfo=UTC)
    return None
