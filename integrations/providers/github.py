"""GitHub: issues for tasks, pull requests, code scanning and Dependabot alerts (REST, version 2022-11-28).

Credentials: `token`, `repository` (`acme/web-app`) and, for a server of one's own, `base_url`. Scopes: `repo` (or
`public_repo`) and `security_events`; fine-grained: Issues read and write, and read for Pull requests, Code scanning
alerts, Dependabot alerts and Metadata.
A ticket's id and key are both `acme/web-app#123`, so that it stays clear whose 123 it is.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from integrations.providers import github_alerts as alerts
from integrations.providers.base import (
    Draft,
    Refused,
    RemoteFinding,
    Source,
    State,
    Ticket,
    Tracker,
    Unavailable,
)
from integrations.providers.comments import comment_once
from integrations.providers.github_answers import limited_until, why
from integrations.providers.github_hooks import HOOKS
from integrations.providers.links import address_of
from integrations.providers.markdown import block, marker_in, merged_body
from integrations.providers.replies import Reply
from integrations.providers.signing_in import GitHubOAuth
from krafter_audit.http.client import Client, Response
from krafter_audit.http.timestamps import format_timestamp

REPOSITORY = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*/[A-Za-z0-9._-]+")
STATUS, PRIORITY, LONGEST_TITLE = "krafter:", "priority:", 256
SERVER_API = "/api/v3"
STARTED_LABEL = "krafter:in_progress"


class GitHub(Tracker):
    """One repository at github.com or a GitHub Enterprise Server."""

    name = "github"
    title = "GitHub"
    api_url = "https://api.github.com"
    hooks = HOOKS
    oauth = GitHubOAuth("https://github.com/login/oauth/access_token")
    checks = tuple(alerts.KINDS)
    chosen = ("repository",)  # not base_url: a sign-in's token goes to the operator's GitHub alone

    def __init__(
        self, client: Client, credentials: Mapping[str, Any], base_url: str = "", **options: Any
    ) -> None:
        named = address_of(credentials.get("base_url"), "GitHub", "https://github.acme.example")
        super().__init__(client, credentials, _api(named) or base_url, **options)

    def headers(self) -> dict[str, str]:
        """Return what every request carries."""
        return {
            "Authorization": f"Bearer {self.credential('token')}",
            "Accept": "application/vnd.github+json",
            "X-GitHub-Api-Version": "2022-11-28",
        }

    @property
    def repository(self) -> str:
        """The `owner/name` that the credentials name."""
        named = self.credential("repository")
        if not REPOSITORY.fullmatch(named) or named.endswith(("/.", "/..")):
            raise Refused("The repository must be written as owner/name, such as acme/web-app.")
        return named

    def check(self) -> None:
        """See that the token opens the repository and that issues are switched on."""
        answer = self.ask("GET", self._path())
        if not self.read(answer, lambda found: found["full_name"] and found.get("has_issues", True)):
            raise Refused(f"Issues are switched off in {self.repository}.")

    def owns(self, external_id: str) -> bool:
        """Tell whether an issue is in the repository of the credentials (GitHub ignores case there)."""
        return external_id.rpartition("#")[0].lower() == self.repository.lower()

    def tickets(self, since: datetime) -> Iterator[Sequence[Ticket]]:
        """Yield pages of issues; the list also has pull requests, which are left out."""
        query = {
            "state": "all",
            "sort": "updated",
            "direction": "desc",
            "since": format_timestamp(since),
            "per_page": 100,
        }
        for answer in self.pages(self._path("/issues"), query):
            yield self.read(answer, self._issues)

    def ticket(self, external_id: str) -> Ticket:
        """Return one issue."""
        return self.read(self.ask("GET", self._issue_path(external_id)), self._ticket)

    def create(self, draft: Draft) -> Ticket:
        """Make the issue. Without push access GitHub silently drops labels; the answer shows what it kept."""
        answer = self.ask(
            "POST",
            self._path("/issues"),
            json={
                "title": _title(draft),
                "body": block(draft),
                "labels": sorted(_own_labels(draft)),
            },
        )
        return self.read(answer, self._ticket)

    def update(self, ticket: Ticket, draft: Draft, fields: Iterable[str]) -> Ticket:
        """Change what differs. Foreign labels stay, and what people wrote around our part of the body."""
        changed = set(fields)
        body: dict[str, Any] = {}
        if "title" in changed:
            body["title"] = _title(draft)
        if changed & {"status", "priority"}:
            body["labels"] = merged_labels(ticket.labels, draft)
        if changed & {"due", "text", "priority"}:
            body["body"] = merged_body(ticket.body, draft)
        if "closed" in changed:
            body |= _state(draft)
        if not body:
            return ticket
        answer = self.ask("PATCH", self._issue_path(ticket.external_id), json=body)
        return self.read(answer, self._ticket)

    def remark(self, external_id: str, *, text: str, marker: str, was_tried: bool) -> None:
        """Comment on an issue."""
        comment_once(self, self._issue_path(external_id) + "/comments", text, marker, was_tried=was_tried)

    def pull_request(self, external_id: str) -> str | None:
        """Return the pull request of this repository that referred to the issue last."""
        found = None
        path = self._issue_path(external_id) + "/timeline"
        for answer in self.pages(path, {"per_page": 100}):
            found = self.read(answer, self._last_pull_request) or found
        return found

    def sources(self) -> Sequence[Source]:
        """List the alerts that GitHub may be asked for; both are off in many repositories."""
        return (
            Source("code scanning alerts", lambda: self._alerts("code-scanning", alerts.code_alert)),
            Source("Dependabot alerts", lambda: self._alerts("dependabot", alerts.dependabot_alert)),
        )

    def ask_again(self, key: str, evidence: Mapping[str, Any], since: datetime) -> Reply:
        """See whether GitHub has found the alert fixed."""
        start, kind = f"{self.repository}/{alerts.KINDS[key]}/", alerts.KINDS[key]
        number = str(evidence.get("source")).removeprefix(start)
        if not number.isdecimal():
            raise Refused("The finding is of another repository than the one that is connected.")
        return self.read(self.ask("GET", self._path(f"/{kind}/alerts/{number}")), alerts.state_of)

    def refuse(self, answer: Response) -> None:
        """Tell rate limits and outages from refusals. Source: GitHub, "Rate limits for the REST API"."""
        limited = limited_until(answer)
        if limited:
            raise Unavailable(f"GitHub lets us in again at {limited:%H:%M:%S} UTC.", retry_at=limited)
        if answer.status >= 500:
            raise Unavailable(f"GitHub answered with status {answer.status}.")
        raise Refused(self._refusal(answer))

    def _refusal(self, answer: Response) -> str:
        if answer.status == 401:
            return "GitHub does not accept the token: connect again with a valid one."
        if 300 <= answer.status < 400:
            return f"{self.repository} has moved: connect again with its present name."
        path = urlsplit(answer.url).path.rpartition("/repos/")[2] or "that"
        if answer.status == 403:
            return f"GitHub denies access to {path}: the token lacks the permission."
        if answer.status in (404, 410):
            return f"GitHub shows no {path} to this token."
        return f"GitHub refused the request for {path} (status {answer.status}{why(answer)})."

    def _path(self, rest: str = "") -> str:
        return f"/repos/{self.repository}{rest}"

    def _issue_path(self, external_id: str) -> str:
        number = external_id.rpartition("#")[2]
        if not self.owns(external_id) or not number.isdecimal():
            raise Refused(f"{external_id} is not an issue of {self.repository}.")
        return self._path(f"/issues/{number}")

    def _issues(self, listed: Any) -> list[Ticket]:
        return [self._ticket(issue) for issue in listed if not issue.get("pull_request")]

    def _ticket(self, issue: Any) -> Ticket:
        key = f"{self.repository}#{int(issue['number'])}"
        labels = tuple(str(label if isinstance(label, str) else label["name"]) for label in issue["labels"])
        body = issue.get("body") or ""
        return Ticket(
            external_id=key,
            key=key,
            url=str(issue["html_url"]),
            title=str(issue["title"]),
            state=_category(issue, labels),
            updated_at=datetime.fromisoformat(issue["updated_at"]),
            body=body,
            labels=labels,
            marker=marker_in(body),
        )

    def _last_pull_request(self, events: Any) -> str | None:
        found = None
        for event in events:
            source = (event.get("source") or {}).get("issue") or {}
            address = str(source.get("html_url") or "")
            if event.get("event") == "cross-referenced" and source.get("pull_request"):
                found = address if self._is_ours(address) else found
        return found

    def _is_ours(self, address: str) -> bool:
        """Anybody may refer to a public issue from a repository of their own; only ours is a fix of ours."""
        parts = urlsplit(address)
        return parts.scheme in ("http", "https") and parts.path.lower().startswith(
            f"/{self.repository}/pull/".lower()
        )

    def _alerts(self, kind: str, parse: Any) -> Iterator[Sequence[RemoteFinding]]:
        query = {"state": "open", "per_page": 100}
        for answer in self.pages(self._path(f"/{kind}/alerts"), query):
            yield self.read(answer, lambda listed: [parse(self.repository, alert) for alert in listed])


def _api(address: str) -> str:
    """Return the base of the API of the GitHub at an address: a server of one's own, or a tenant of ghe.com."""
    parts = urlsplit(address)
    host = parts.netloc.lower()
    if not host or host in ("github.com", "api.github.com") or host.startswith("api."):
        return address if host.startswith("api.") else ""
    if host.endswith(".ghe.com"):
        return f"{parts.scheme}://api.{host}"
    return address if address.endswith(SERVER_API) else address + SERVER_API


def _category(issue: Any, labels: Sequence[str]) -> State:
    if issue["state"] == "closed":
        return State.DROPPED if issue.get("state_reason") in ("not_planned", "duplicate") else State.CLOSED
    return State.STARTED if STARTED_LABEL in labels else State.OPEN


def _state(draft: Draft) -> dict[str, str]:
    if draft.closed:
        return {"state": "closed", "state_reason": "completed"}
    return {"state": "open", "state_reason": "reopened"}


def _title(draft: Draft) -> str:
    return draft.title[:LONGEST_TITLE]


def _own_labels(draft: Draft) -> set[str]:
    return {f"{STATUS}{draft.status}", f"{PRIORITY}{draft.priority}"}


def merged_labels(present: Iterable[str], draft: Draft) -> list[str]:
    """Return the labels to set: those of other people, and ours as they are now."""
    foreign = {label for label in present if not label.startswith((STATUS, PRIORITY))}
    return sorted(foreign | _own_labels(draft))
