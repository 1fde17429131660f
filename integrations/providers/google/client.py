"""Authentication, errors and quotas of Google's APIs.

Credentials: `token` of a sign-in, or `service_account` (the JSON key file), for which a token is requested before
each sync. Source: Google, "Standard error responses" and "Usage limits" of both APIs.
"""

import re
from datetime import datetime, timedelta
from typing import Any

from integrations.providers.base import PARSE_ERRORS, Provider, is_html, is_unreadable
from integrations.providers.oauth import OAuth
from krafter_audit.http.client import Response

RATE_REASONS = frozenset({"rateLimitExceeded", "userRateLimitExceeded", "RATE_LIMIT_EXCEEDED"})
QUOTA_REASONS = frozenset({"quotaExceeded", "dailyLimitExceeded", "RESOURCE_EXHAUSTED"})
API_DISABLED_REASONS = frozenset({"accessNotConfigured", "SERVICE_DISABLED"})
SCOPE_REASONS = frozenset({"insufficientPermissions", "ACCESS_TOKEN_SCOPE_INSUFFICIENT"})
RATE_WAIT, QUOTA_WAIT = timedelta(minutes=1), timedelta(minutes=15)
SECRET_LOOKING = re.compile(r"[A-Za-z0-9_./+-]{30,}")


def google_oauth(scope: str) -> OAuth:
    """Return the OAuth of an API, for sign-ins and service accounts, by the last part of the scope's URL."""
    scope_url = f"https://www.googleapis.com/auth/{scope}"
    return OAuth(
        "https://oauth2.googleapis.com/token",
        scope=scope_url,
        authorize_url="https://accounts.google.com/o/oauth2/v2/auth",
        # Google issues a refresh token only with these.
        authorize_fields=(("access_type", "offline"), ("prompt", "consent")),
        requested_scope=scope_url,
        has_pkce=True,
    )


class GoogleClient(Provider):
    permission_hint = "add the account as a user of it"

    def is_rate_limited(self, response: Response) -> bool:
        # Google reports rate limits and missing permissions with 403, and a reason.
        is_limit = bool(_reasons(response) & (RATE_REASONS | QUOTA_REASONS))
        return super().is_rate_limited(response) or is_limit

    def limit_reset(self, response: Response, now: datetime) -> datetime | None:
        # Google names no time: the wait depends on the reason.
        reasons = _reasons(response)
        if "dailyLimitExceeded" in reasons:
            return now + timedelta(days=1)
        if reasons & RATE_REASONS or not reasons:
            return now + RATE_WAIT
        return now + (timedelta(hours=1) if "RESOURCE_EXHAUSTED" in reasons else QUOTA_WAIT)

    def is_outage(self, response: Response) -> bool:
        # The APIs answer in JSON only: a web page comes from something in front of them. Without its JSON, a 403 may
        # be a rate limit.
        is_cut_off = response.status == 403 and is_unreadable(response)
        return super().is_outage(response) or is_html(response) or is_cut_off

    def refusal(self, response: Response) -> str:
        reasons = _reasons(response)
        if reasons & API_DISABLED_REASONS:
            return f"The API of {self.title} is disabled in the Google project of the credentials."
        if reasons & SCOPE_REASONS:
            return f"The sign-in lacks the scope for {self.title}: connect again and grant it."
        return super().refusal(response)

    def error_message(self, body: Any) -> Any:
        # Google's messages may quote the token.
        message = body["error"]["message"]
        return SECRET_LOOKING.sub("…", message) if isinstance(message, str) else None


def _reasons(response: Response) -> set[str]:
    # The older APIs list `errors`, the newer ones `details`.
    try:
        error = response.json()["error"]
        parts = [part for name in ("errors", "details") for part in error.get(name) or []]
        reasons = {error.get("status"), *(part.get("reason") for part in parts if isinstance(part, dict))}
    except PARSE_ERRORS:
        return set()
    return {reason for reason in reasons if isinstance(reason, str)}
