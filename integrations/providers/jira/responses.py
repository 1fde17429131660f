"""How Jira's answers read: limits, refusals, web links, and the sites that a sign-in reaches."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from krafter_audit.http.client import Response

PULL_REQUEST = re.compile(r"https?://[^/\s]+/\S+/(?:pull|merge_requests|pull-requests)/[0-9]+/?")
API = re.compile(r"^(?:/ex/jira/[^/]+)?/rest/api/3/")
PAUSE_WITHOUT_A_TIME = timedelta(minutes=1)
LONGEST_PAUSE = 86_400  # seconds


def limited_until(answer: Response) -> datetime | None:
    """Return when a rate limit ends: Retry-After in seconds, else X-RateLimit-Reset, else in a minute.

    Source: Atlassian, "Rate limiting": 429, and 503 where it carries Retry-After.
    """
    wait, now = (answer.headers.get("retry-after") or "").strip(), datetime.now(UTC)
    if answer.status not in (429, 503) or (answer.status == 503 and not wait):
        return None
    if wait.isdecimal():
        return now + timedelta(seconds=min(int(wait[:9]), LONGEST_PAUSE))
    reset = _moment(answer.headers.get("x-ratelimit-reset") or "")
    if reset and now < reset < now + timedelta(seconds=LONGEST_PAUSE):
        return reset
    return now + PAUSE_WITHOUT_A_TIME


def refusal(answer: Response) -> str:
    """Return a sentence for an answer that a person has to do something about."""
    what, status = API.sub("", urlsplit(answer.url).path).strip("/") or "that", answer.status
    if answer.headers.get("x-authentication-denied-reason"):
        return "Jira wants a person to sign in by the browser first, after too many wrong attempts."
    if status == 401:
        return f"Jira does not accept the credentials{_why(answer)}: connect again with valid ones."
    if 300 <= status < 400:
        return "The Jira site has moved: connect again with its present address."
    if status == 403:
        return f"Jira denies access to {what}: the account lacks the permission{_why(answer)}."
    if status in (404, 410):
        return f"Jira shows no {what} to this account."
    return f"Jira refused the request for {what} (status {status}{_why(answer)})."


def pull_request_in(links: Any) -> str | None:
    """Return the address of the pull or merge request among web links that was added last."""
    found = [(int(link.get("id") or 0), str(link["object"]["url"])) for link in links]
    return max(((place, url) for place, url in found if PULL_REQUEST.fullmatch(url)), default=(0, None))[1]


def markers_in(found: Any) -> set[str]:
    """Return the markers of our comments on a page of comments."""
    properties = [each for comment in found["comments"] for each in comment.get("properties") or []]
    values = [each["value"] for each in properties]
    return {str(value["id"]) for value in values if isinstance(value, dict) and value.get("id")}


def sites_in(resources: Any) -> list[tuple[str, str]]:
    """Return the id and the host of each site that a sign-in reaches."""
    found = {(str(each["id"]), urlsplit(str(each["url"])).hostname or "") for each in resources}
    return sorted(site for site in found if re.fullmatch(r"[0-9A-Za-z-]{1,64}", site[0]) and site[1])


def _moment(written: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(written.strip())
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _why(answer: Response) -> str:
    """Return Jira's own words for a refused request, in one short line."""
    try:
        told = answer.json()
        said = [*(told.get("errorMessages") or []), *_fields(told.get("errors")), told.get("message")]
    except (ValueError, AttributeError, TypeError, RecursionError):
        return ""
    words = " ".join(" ".join(str(each) for each in said if each).split())
    return f": {words[:300]}" if words else ""


def _fields(errors: Any) -> list[str]:
    return [f"{name}: {text}" for name, text in errors.items()] if isinstance(errors, dict) else []
