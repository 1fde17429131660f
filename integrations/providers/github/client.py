"""How GitHub says no: rate limits with two statuses, and its own words for a refusal."""

from datetime import UTC, datetime, timedelta

from krafter_audit.http.client import Response

PAUSE_WITHOUT_A_TIME = timedelta(minutes=1)  # GitHub: at least a minute when a secondary limit names no time


def limited_until(answer: Response) -> datetime | None:
    """Return when a rate limit ends, primary or secondary; None where the answer is no such thing."""
    if answer.status not in (403, 429):
        return None
    now = datetime.now(UTC)
    wait, reset = answer.headers.get("retry-after") or "", answer.headers.get("x-ratelimit-reset") or ""
    if wait.isdecimal():
        return now + timedelta(seconds=min(int(wait), 86_400))
    if answer.headers.get("x-ratelimit-remaining") == "0" and reset.isdecimal():
        return max(now, datetime.fromtimestamp(min(int(reset), 2**32), UTC))
    if answer.status == 429 or "secondary rate limit" in answer.text.lower():
        return now + PAUSE_WITHOUT_A_TIME
    return None


def why(answer: Response) -> str:
    """Return GitHub's own words for a refused request, in one short line."""
    try:
        message = answer.json().get("message")
    except (ValueError, AttributeError, RecursionError):
        return ""
    return f": {' '.join(str(message).split())[:200]}" if message else ""
