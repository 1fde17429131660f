"""Response headers of vendors: the end of a rate limit, and the link to the next page."""

from datetime import UTC, datetime, timedelta

from krafter_audit.http.timestamps import parse_retry_after

MAX_WAIT = timedelta(days=1)  # for a provider


def retry_after(value: str | None, now: datetime) -> datetime | None:
    """Return the moment of a Retry-After header, at most a day from now; None without one or for the past."""
    seconds = parse_retry_after(value)
    # 0 is also what other text and the past are parsed as.
    is_given = seconds > 0 or (value or "").strip().isdecimal()
    return now + min(timedelta(seconds=seconds), MAX_WAIT) if is_given else None


def at_epoch(seconds: float, now: datetime) -> datetime | None:
    """Return a moment given in seconds since 1970, if within the next day."""
    return within_a_day(datetime.fromtimestamp(min(seconds, 2**32), UTC), now)


def within_a_day(moment: datetime, now: datetime) -> datetime | None:
    # A header may be stale or wrong: a sync must not wait for a moment that has passed, or for weeks.
    return moment if now < moment <= now + MAX_WAIT else None


def next_page(link: str) -> str | None:
    """Return the URL of rel="next" in a Link header (RFC 8288)."""
    for part in link.split(","):
        url, *parameters = part.split(";")
        if any(parameter.strip().lower() in ('rel="next"', "rel=next") for parameter in parameters):
            return url.strip().removeprefix("<").removesuffix(">")
    return None
