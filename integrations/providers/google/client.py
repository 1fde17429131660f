"""What Search Console and Analytics have in common: the token, and how Google says no.

Credentials: `token` of a sign-in, or a service account's key (`service_account`: the JSON file as Google gives
it), of which the house makes a token before each sync.
Source: Google, "Standard error responses" and "Usage limits" of both APIs.
"""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from integrations.providers.base import Provider, Refused, Unavailable
from krafter_audit.http.client import Response

TOKENS, SCOPES = "https://oauth2.googleapis.com/token", "https://www.googleapis.com/auth/"
SHORT_PAUSE, LONG_PAUSE = timedelta(minutes=1), timedelta(minutes=15)
A_DAY, AN_HOUR = timedelta(hours=24), timedelta(hours=1)
PACES = frozenset({"rateLimitExceeded", "userRateLimitExceeded", "RATE_LIMIT_EXCEEDED"})
QUOTAS = frozenset({"quotaExceeded", "dailyLimitExceeded", "RESOURCE_EXHAUSTED"})
SWITCHED_OFF = frozenset({"accessNotConfigured", "SERVICE_DISABLED"})
LACKING = frozenset({"insufficientPermissions", "ACCESS_TOKEN_SCOPE_INSUFFICIENT"})
SECRET_LOOKING = re.compile(r"[A-Za-z0-9_./+-]{30,}")


class Google(Provider):
    """An API of Google."""

    place = "that"  # what a refusal is about, in words

    def headers(self) -> dict[str, str]:
        """Return what every request carries."""
        return {"Authorization": f"Bearer {self.credential('token')}", "Accept": "application/json"}

    def refuse(self, answer: Response) -> None:
        """Tell rate limits and outages from refusals: Google says 403 for both, with a reason."""
        reasons = _reasons(answer)
        if answer.status == 429 or reasons & (PACES | QUOTAS):
            until = _limited_until(answer, reasons)
            raise Unavailable(f"{self.title} lets us in again at {until:%H:%M:%S} UTC.", retry_at=until)
        if answer.status >= 500:
            raise Unavailable(f"{self.title} answered with status {answer.status}.")
        if "html" in (answer.headers.get("content-type") or ""):
            raise Unavailable(f"{self.title} answered with a web page and no data (status {answer.status}).")
        raise Refused(self._refusal(answer, reasons))

    def _refusal(self, answer: Response, reasons: set[str]) -> str:
        if answer.status == 401:
            return f"{self.title} does not accept the token: connect again."
        if reasons & SWITCHED_OFF:
            return f"The API of {self.title} is switched off in the Google project of the credentials."
        if reasons & LACKING:
            return f"The sign-in lacks the scope for {self.title}: connect again and grant it."
        if answer.status == 403:
            return f"{self.title} denies access to {self.place}: add the account as a user of it."
        if answer.status == 404:
            return f"{self.title} shows no {self.place} to this account."
        return f"{self.title} refused the request for {self.place} (status {answer.status}{_why(answer)})."


def _error(answer: Response) -> dict[str, Any]:
    try:
        error = answer.json()["error"]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return {}
    return error if isinstance(error, dict) else {}


def _reasons(answer: Response) -> set[str]:
    """Return every word for the reason: the status, and those of the old and of the new form of errors."""
    error = _error(answer)
    listed = [part for name in ("errors", "details") for part in _listed(error.get(name))]
    words = {error.get("status"), *(part.get("reason") for part in listed)}
    return {word for word in words if isinstance(word, str)}


def _listed(parts: Any) -> list[dict[str, Any]]:
    return [part for part in parts if isinstance(part, dict)] if isinstance(parts, list) else []


def _limited_until(answer: Response, reasons: set[str]) -> datetime:
    now, wait = datetime.now(UTC), answer.headers.get("retry-after") or ""
    if wait.isdecimal():
        return now + timedelta(seconds=min(int(wait), 86_400))
    if "dailyLimitExceeded" in reasons:
        return now + A_DAY
    if "RESOURCE_EXHAUSTED" in reasons and not reasons & PACES:
        return now + AN_HOUR
    return now + (SHORT_PAUSE if reasons & PACES or not reasons else LONG_PAUSE)


def _why(answer: Response) -> str:
    """Return Google's own words in one short line, without what looks like a secret."""
    message = _error(answer).get("message")
    if not isinstance(message, str) or not message:
        return ""
    return f": {SECRET_LOOKING.sub('…', ' '.join(message.split()))[:200]}"
