"""How Linear says no: GraphQL errors with any status, limits with status 400, and budgets in headers."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from krafter_audit.http.client import Response

PAUSE_WITHOUT_A_TIME = timedelta(minutes=1)
BUDGETS = ("x-ratelimit-requests", "x-ratelimit-complexity", "x-ratelimit-endpoint-requests")

EXPIRED = frozenset({"AUTHENTICATION_ERROR", "UNAUTHENTICATED"})


def errors(answer: Response) -> list[Any]:
    """Return the errors of an answer; none of an answer in another form, which is looked at by whoever reads."""
    try:
        told = answer.json().get("errors")
    except (ValueError, AttributeError, RecursionError):
        return []
    return [error for error in told if isinstance(error, Mapping)] if isinstance(told, list) else []


def code(error: Mapping[str, Any]) -> str:
    """Return an error's code, or its type where it has none, as one word in capitals."""
    more = error.get("extensions")
    told = more if isinstance(more, Mapping) else {}
    return str(told.get("code") or told.get("type") or "").upper().replace(" ", "_")


def limited_until(answer: Response) -> datetime:
    """Return when the budgets that are used up are filled again; resets are milliseconds since 1970."""
    now, headers = datetime.now(UTC), answer.headers
    wait = headers.get("retry-after") or ""
    if wait.isdecimal():
        return now + timedelta(seconds=min(int(wait), 86_400))
    used_up = [budget for budget in BUDGETS if headers.get(f"{budget}-remaining") == "0"]
    resets = [headers.get(f"{budget}-reset") or "" for budget in used_up]
    times = [min(int(reset) / 1000, 2**32) for reset in resets if reset.isdecimal() and len(reset) < 20]
    return max(now, datetime.fromtimestamp(max(times), UTC)) if times else now + PAUSE_WITHOUT_A_TIME


def refusal(answer: Response, codes: set[str]) -> str:
    """Return what to change, in a sentence."""
    if answer.status == 401 or codes & EXPIRED:
        return "Linear does not accept the key: connect again with a valid one."
    if answer.status == 403 or codes & {"FORBIDDEN", "FEATURE_NOT_ACCESSIBLE"}:
        return "Linear denies access: the key lacks the permission for the team or its issues."
    if answer.status == 404:
        return "Linear has no GraphQL at this address: look at the URL that is set for it."
    return f"Linear refused the request (status {answer.status}{_why(answer)})."


def _why(answer: Response) -> str:
    """Return Linear's own words for a refused request, in one short line."""
    for error in errors(answer):
        more = error.get("extensions")
        told = more.get("userPresentableMessage") if isinstance(more, Mapping) else None
        return f": {' '.join(str(told or error.get('message')).split())[:200]}"
    return ""
