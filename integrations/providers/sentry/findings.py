"""Sentry: unresolved issues come in as findings, and what was approved here is resolved there (API 0).

Credentials: `token`, `organization` and `project` (their slugs), and `base_url` for a region or a
self-hosted Sentry (`https://de.sentry.io`). Scopes: `org:read`, `project:read`, `event:read`, and
`event:write` to resolve. Every path ends with a slash: Sentry redirects others, and a body gets lost.
A finding's id is `sentry/acme/web-app/123`, so that it stays clear whose 123 it is.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from integrations.providers.base import (
    MOST_PAGES,
    Provider,
    Refused,
    RemoteFinding,
    Source,
    Unavailable,
)
from integrations.providers.links import address_of
from integrations.providers.oauth import SentryOAuth
from integrations.providers.recheck import Reply
from integrations.providers.sentry.recheck import NO_NEW_EVENTS, quiet_since
from integrations.providers.sentry.webhooks import HOOKS
from krafter_audit.http.client import Client, Response

SLUG = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
ISSUE = re.compile(r"/issues/(\d+)/")
CURSOR = re.compile(r'cursor="([^"]+)"')
LONGEST_TITLE = 300
PERIOD = "90d"  # as long as Sentry keeps events; left out, it would be 14 days
PAUSE_WITHOUT_A_TIME = timedelta(minutes=1)
SEVERITY_OF_LEVEL = {
    "fatal": "high",
    "error": "high",
    "warning": "medium",
    "info": "low",
    "debug": "low",
    "sample": "low",
}
PRIORITIES = frozenset({"high", "medium", "low"})
SECURITY_TYPES = frozenset({"csp", "hpkp", "expectct", "expectstaple"})
SECURITY_WORDS = ("injection", "vulnerability", "security")
SLOWNESS = frozenset(
    {"performance", "db_query", "http_client", "frontend", "mobile", "profile", "responsiveness"}
)


class Sentry(Provider):
    """One project at sentry.io, one of its regions, or a self-hosted Sentry."""

    name = "sentry"
    title = "Sentry"
    api_url = "https://sentry.io"
    hooks = HOOKS
    oauth = SentryOAuth("https://sentry.io/oauth/token/", refreshed_with=("installation_id",))
    checks = (NO_NEW_EVENTS,)
    chosen = (
        "organization",
        "project",
    )  # not base_url: a sign-in's token goes to the operator's Sentry alone

    def __init__(
        self, client: Client, credentials: Mapping[str, Any], base_url: str = "", **options: Any
    ) -> None:
        named = credentials.get("base_url") or base_url
        super().__init__(client, credentials, _root(named), **options)
        self._number: str | None = None

    def headers(self) -> dict[str, str]:
        """Return what every request carries."""
        return {"Authorization": f"Bearer {self.credential('token')}", "Accept": "application/json"}

    def check(self) -> None:
        """See that the token opens the project."""
        self._project_number()

    def sources(self) -> Sequence[Source]:
        """List the one kind of findings: issues that nobody has resolved or archived."""
        return (Source("unresolved issues", self._issues),)

    @property
    def settled_prefix(self) -> str:
        """What the ids of this project's issues begin with: they are resolved at Sentry too."""
        return f"sentry/{self._slug('organization')}/{self._slug('project')}/"

    def settle(self, external_id: str) -> None:
        """Resolve an issue, unless somebody has resolved or archived it at Sentry."""
        number = external_id.removeprefix(self.settled_prefix)
        path = f"/api/0/organizations/{self._slug('organization')}/issues/{number}/"
        if number == external_id or not number.isdecimal():
            raise Refused(f"{external_id} is not an issue of this project.")
        status, project = self.read(
            self.ask("GET", path), lambda told: (told["status"], told["project"]["slug"])
        )
        if project != self._slug("project"):
            raise Refused(f"Issue {number} is one of the project {project}.")
        if status == "unresolved":
            self.ask("PUT", path, json={"status": "resolved"})

    def ask_again(self, key: str, evidence: Mapping[str, Any], since: datetime) -> Reply:
        """See whether an event has come in since the fix was ready."""
        number = str(evidence.get("source")).removeprefix(self.settled_prefix)
        if not number.isdecimal():
            raise Refused("The finding is of another project than the one that is connected.")
        path = f"/api/0/organizations/{self._slug('organization')}/issues/{number}/"
        return self.read(self.ask("GET", path), lambda told: quiet_since(told, since, datetime.now(UTC)))

    def refuse(self, answer: Response) -> None:
        """Tell rate limits and outages from refusals. Source: Sentry, "Rate Limits" of its API."""
        if answer.status == 429:
            until = _limited_until(answer)
            raise Unavailable(f"Sentry lets us in again at {until:%H:%M:%S} UTC.", retry_at=until)
        if answer.status >= 500:
            raise Unavailable(f"Sentry answered with status {answer.status}.")
        if "html" in (answer.headers.get("content-type") or "") and answer.status != 404:
            raise Unavailable(f"Sentry answered with a web page and no data (status {answer.status}).")
        raise Refused(self._refusal(answer))

    def _refusal(self, answer: Response) -> str:
        place = f"{self._slug('organization')}/{self._slug('project')}"
        if found := ISSUE.search(answer.url):
            place = f"issue {found[1]} of {place}"
        if answer.status == 401:
            return "Sentry does not accept the token: connect again with a valid one."
        if 300 <= answer.status < 400:
            return f"{place} has moved: connect again with its present name and address."
        if answer.status == 403:
            return f"Sentry denies access to {place}: the token lacks a scope or the project."
        if answer.status == 404:
            return f"Sentry shows no {place} to this token."
        return f"Sentry refused the request for {place} (status {answer.status}{_why(answer)})."

    def _slug(self, key: str) -> str:
        named = self.credential(key)
        if not SLUG.fullmatch(named):
            raise Refused(f"The {key} must be written as its slug at Sentry, such as acme-web.")
        return named

    def _project_number(self) -> str:
        """Return the project's number: older self-hosted versions do not filter issues by slug."""
        if self._number is None:
            path = f"/api/0/projects/{self._slug('organization')}/{self._slug('project')}/"
            self._number = self.read(self.ask("GET", path), lambda project: str(int(project["id"])))
        return self._number

    def _issues(self) -> Iterator[Sequence[RemoteFinding]]:
        """Yield the pages of issues. The cursor is taken from the Link header and its address is not: at
        sentry.io it may name a region's host."""
        path = f"/api/0/organizations/{self._slug('organization')}/issues/"
        query = {
            "project": self._project_number(),
            "query": "is:unresolved",
            "statsPeriod": PERIOD,
            "sort": "new",  # by the first event, which does not move while the pages are read
            "limit": "100",
        }
        seen: set[str | None] = set()
        cursor: str | None = None
        while cursor not in seen:
            if len(seen) >= MOST_PAGES:
                raise Unavailable(f"Sentry has more than {MOST_PAGES} pages to read.")
            seen.add(cursor)
            answer = self.ask("GET", path, params={**query, "cursor": cursor} if cursor else query)
            yield self.read(answer, self._findings)
            cursor = next_cursor(answer.headers.get("link") or "")

    def _findings(self, issues: Any) -> list[RemoteFinding]:
        if not isinstance(issues, list):
            raise ValueError("not a list of issues")
        return [self._finding(issue) for issue in issues if issue.get("status", "unresolved") == "unresolved"]

    def _finding(self, issue: Any) -> RemoteFinding:
        """Read one issue. What moves with every event (counts, last seen) is no evidence: it would make
        the finding a changed one at every sync."""
        number, short = str(int(issue["id"])), str(issue.get("shortId") or issue["id"])
        url = str(
            issue.get("permalink") or f"{self.base_url}/organizations/{self._slug('organization')}/issues/"
        )
        culprit, (domain, reason) = issue.get("culprit"), _domain(issue)
        return RemoteFinding(
            external_id=f"{self.settled_prefix}{number}",
            url=url,
            domain=domain,
            title=_title(str(issue["title"]), short),
            severity=_severity(issue),
            description=_description(issue),
            assets=(("code", str(culprit)),) if culprit else (),
            evidence={
                "issue": short,
                "category": issue.get("issueCategory"),
                "type": issue.get("issueType") or issue.get("type"),
                "level": issue.get("level"),
                "priority": issue.get("priority"),
                "culprit": culprit,
                "first_seen": issue.get("firstSeen"),
                "domain_reason": reason,
                "checks": [NO_NEW_EVENTS],
            },
            fix={
                "summary": f"Find the cause of {short} and mend it.",
                "steps": [
                    f"Read the newest event of {short} at Sentry.",
                    "Mend the cause and deploy.",
                    "See that no further event comes in.",
                ],
                "references": [url],
            },
        )


def _root(named: Any) -> str:
    """Return where the paths begin; `/api/0` is a part of every path here, so it is taken off an address."""
    return address_of(named, "Sentry", "https://de.sentry.io").removesuffix("/api/0")


def _title(title: str, short: str) -> str:
    """Return a title that is one issue's own and fits; the name at the end is never what is cut."""
    name = f" (Sentry issue {short})"
    return " ".join(title.split())[: LONGEST_TITLE - len(name)] + name


def _domain(issue: Any) -> tuple[str, str]:
    """Return the closest of the four domains, and why; Sentry's categories are not made for these."""
    category, kind = str(issue.get("issueCategory") or "error"), str(issue.get("type") or "")
    detected = str(issue.get("issueType") or "")
    if kind in SECURITY_TYPES or any(word in detected for word in SECURITY_WORDS):
        return "security", f"Sentry's type {detected or kind} reports a weakness."
    if category in SLOWNESS or kind == "transaction":
        return "performance", f"Sentry's category {category} is about speed."
    return (
        "performance",
        f"Sentry's category {category} is none of the four domains; performance is the closest, since it "
        "keeps the site from doing its work.",
    )


def _severity(issue: Any) -> str:
    priority = issue.get("priority")
    if priority in PRIORITIES:
        return str(priority)
    return SEVERITY_OF_LEVEL.get(str(issue.get("level")), "medium")


def _description(issue: Any) -> str:
    parts = [str((issue.get("metadata") or {}).get("value") or issue["title"])]
    if issue.get("culprit"):
        parts.append(f"Where: {issue['culprit']}.")
    count, people = issue.get("count"), issue.get("userCount")
    if count:
        parts.append(
            f"When it came in: {count} events, {people or 0} users, the last at {issue.get('lastSeen')}."
        )
    return "\n\n".join(parts)


def next_cursor(link: str) -> str | None:
    """Return the cursor of the next page; both directions are always there, `results` says which have any."""
    for part in link.split(","):
        if 'rel="next"' in part and 'results="true"' in part and (found := CURSOR.search(part)):
            return found[1]
    return None


def _limited_until(answer: Response) -> datetime:
    now = datetime.now(UTC)
    reset, wait = (
        answer.headers.get("x-sentry-rate-limit-reset") or "",
        answer.headers.get("retry-after") or "",
    )
    if wait.isdecimal():
        return now + timedelta(seconds=min(int(wait), 86_400))
    until = datetime.fromtimestamp(min(int(reset), 2**32), UTC) if reset.isdecimal() else now
    return until if until > now else now + PAUSE_WITHOUT_A_TIME


def _why(answer: Response) -> str:
    """Return Sentry's own words for a refused request, in one short line."""
    try:
        detail = answer.json().get("detail")
    except (ValueError, AttributeError, RecursionError):
        return ""
    return f": {' '.join(detail.split())[:200]}" if isinstance(detail, str) else ""
