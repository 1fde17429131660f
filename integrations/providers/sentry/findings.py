"""Unresolved issues of Sentry as findings; issues whose fix was approved are resolved at Sentry.

Scopes: `org:read`, `project:read`, `event:read`, and `event:write` to resolve. A finding's id is
`sentry/PROJECT/ISSUE`, both numbers.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from integrations.providers.errors import OtherAccount, ProviderRefused
from integrations.providers.findings import FindingSource, RecheckResult
from integrations.providers.sentry.client import SentryClient, next_cursor
from integrations.providers.sentry.recheck import NO_NEW_EVENTS, result_since
from integrations.providers.sentry.webhooks import WEBHOOKS
from integrations.providers.types import FindingList, RemoteFinding, text
from integrations.providers.webhooks import timestamp

MAX_TITLE_LENGTH = 300
STATS_PERIOD = "90d"  # as long as Sentry keeps events; the default is 14 days
LEVEL_SEVERITY = {
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
PERFORMANCE_CATEGORIES = frozenset(
    {"performance", "db_query", "http_client", "frontend", "mobile", "profile", "responsiveness"}
)


class Sentry(SentryClient, FindingSource):
    webhooks = WEBHOOKS
    checks = (NO_NEW_EVENTS,)

    def finding_lists(self) -> Sequence[FindingList]:
        return (FindingList("unresolved issues", self._issues),)

    @property
    def resolvable_prefix(self) -> str:
        # The project's number stays when it or its organisation is renamed.
        return f"sentry/{self.project_id}/"

    def resolve(self, external_id: str) -> None:
        number = self._issue_number(external_id)
        if number is None:
            raise ProviderRefused(f"{external_id} is not an issue of this project.")
        status, project = self.parse(
            self.request("GET", self.issues_path(number)),
            lambda body: (text(body["status"]), str(int(body["project"]["id"]))),
        )
        if project != self.project_id:
            raise ProviderRefused(f"Issue {number} belongs to another project.")
        # Somebody may have resolved or archived it at Sentry: that decision stays.
        if status == "unresolved":
            response = self.request("PUT", self.issues_path(number), json={"status": "resolved"})
            # The answer is the updated issue: a change that Sentry did not make is not counted as made.
            changed_to = self.parse(response, lambda body: str(body["status"]))
            if changed_to != "resolved":
                raise ProviderRefused(f"Sentry did not resolve issue {number}: it is {changed_to[:60]!r}.")

    def recheck(self, key: str, evidence: Mapping[str, Any], since: datetime) -> RecheckResult:
        number = self._issue_number(str(evidence.get("source")))
        if number is None:
            raise OtherAccount("The finding belongs to another project than the connected one.")
        response = self.request("GET", self.issues_path(number))
        return self.parse(response, lambda issue: result_since(issue, since, datetime.now(UTC)))

    def _issue_number(self, external_id: str) -> str | None:
        number = external_id.removeprefix(self.resolvable_prefix)
        return number if number.isdecimal() and number != external_id else None

    def _issues(self) -> Iterator[Sequence[RemoteFinding]]:
        query = {
            "project": self.project_id,
            "query": "is:unresolved",
            "statsPeriod": STATS_PERIOD,
            "sort": "new",  # by the first event, which does not change while the pages are read
            "limit": "100",
        }

        def fetch(cursor: str | None) -> tuple[list[RemoteFinding], str | None]:
            params = {**query, "cursor": cursor} if cursor else query
            response = self.request("GET", self.issues_path(), params=params)
            # Only the cursor is read from the Link header: its URL may name the host of a region.
            return self.parse(response, self._findings), next_cursor(response.headers.get("link") or "")

        return self.cursor_pages(fetch)

    def _findings(self, issues: Any) -> list[RemoteFinding]:
        read = self.read_rows(
            issues, self._unresolved, lambda issue: issue.get("shortId") or int(issue["id"])
        )
        return [finding for finding in read if finding]

    def _unresolved(self, issue: Any) -> RemoteFinding | None:
        is_unresolved = text(issue.get("status", "unresolved")) == "unresolved"
        return self._finding(issue) if is_unresolved else None

    def _finding(self, issue: Any) -> RemoteFinding:
        # Counts and the last event are not evidence: they would change the finding at every sync.
        number, short_id = str(int(issue["id"])), str(issue.get("shortId") or issue["id"])
        organization_url = f"{self.base_url}/organizations/{self.slug('organization')}/issues/"
        url = str(issue.get("permalink") or organization_url)
        culprit, (domain, reason) = issue.get("culprit"), _domain(issue)
        return RemoteFinding(
            external_id=f"{self.resolvable_prefix}{number}",
            url=url,
            domain=domain,
            title=_title(text(issue["title"]), short_id),
            severity=_severity(issue),
            description=_description(issue),
            assets=(("code", str(culprit)),) if culprit else (),
            evidence={
                "issue": short_id,
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
                "summary": f"Find and fix the cause of {short_id}.",
                "steps": [
                    f"Read the latest event of {short_id} at Sentry.",
                    "Fix the cause and deploy.",
                    "Check that no further events arrive.",
                ],
                "references": [url],
            },
            occurred_at=timestamp(issue.get("lastSeen") or 0),
        )


def _title(title: str, short_id: str) -> str:
    # Findings are identified by their titles: the issue's name at the end makes it unique, and is never cut.
    name = f" (Sentry issue {short_id})"
    return " ".join(title.split())[: MAX_TITLE_LENGTH - len(name)] + name


def _domain(issue: Any) -> tuple[str, str]:
    # Sentry's categories do not match our four domains.
    category, kind = str(issue.get("issueCategory") or "error"), str(issue.get("type") or "")
    issue_type = str(issue.get("issueType") or "")
    if kind in SECURITY_TYPES or any(word in issue_type for word in SECURITY_WORDS):
        return "security", f"Sentry's type {issue_type or kind} reports a vulnerability."
    if category in PERFORMANCE_CATEGORIES or kind == "transaction":
        return "performance", f"Sentry's category {category} is about speed."
    return (
        "performance",
        f"Sentry's category {category} is not one of the four domains; performance is the closest, because "
        "errors keep the site from working.",
    )


def _severity(issue: Any) -> str:
    priority = issue.get("priority")
    if priority in PRIORITIES:
        return str(priority)
    return LEVEL_SEVERITY.get(str(issue.get("level")), "medium")


def _description(issue: Any) -> str:
    parts = [str((issue.get("metadata") or {}).get("value") or issue["title"])]
    if issue.get("culprit"):
        parts.append(f"Location: {issue['culprit']}.")
    count, users = issue.get("count"), issue.get("userCount") or 0
    if count:
        parts.append(
            f"When imported: {_counted(count, 'event')}, {_counted(users, 'user')}, last event"
            f" {issue.get('lastSeen')}."
        )
    return "\n\n".join(parts)


def _counted(number: int | str, noun: str) -> str:
    return f"{number} {noun}" if str(number) == "1" else f"{number} {noun}s"
