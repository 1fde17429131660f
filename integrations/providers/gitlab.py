"""GitLab: issues for tasks, merge requests, vulnerability findings (REST, version 4).

Credentials: `token` (personal, project, group or OAuth; scope `api`), `project` (`acme/web-app`, or its
number) and, for a server of one's own, `base_url` (`https://gitlab.acme.example`). A ticket's id and key are
both `acme/web-app#123`. What a task on a security finding says is for members alone: its issue is confidential.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from integrations.providers.base import (
    Absent,
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
from integrations.providers.gitlab_hooks import HOOKS
from integrations.providers.gitlab_vulnerabilities import RESOLVED, state_of, unsettled
from integrations.providers.links import address_of
from integrations.providers.markdown import block, marker_in, merged_body
from integrations.providers.replies import Reply
from integrations.providers.signing_in import GitLabOAuth
from krafter_audit.http.client import Client, Response
from krafter_audit.http.timestamps import format_timestamp

API = "/api/v4"
PROJECT = re.compile(r"\d+|[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)+")
QUICK_ACTION = re.compile(r"(^|[\r\n])([ \t]*)/")
STATUS, PRIORITY, LONGEST_TITLE = "krafter:", "priority:", 255
STARTED_LABELS = frozenset({"krafter:in_progress", "Doing"})  # ours, and that of GitLab's own board
DISMISSED_LABEL = "krafter:dismissed"
PAUSE_WITHOUT_A_TIME = timedelta(minutes=1)  # GitLab counts by the minute
PASSING = frozenset({408, 409})  # a time-out of the server's own, and a lock on the issue


class GitLab(Tracker):
    """One project at gitlab.com or at a GitLab of one's own."""

    name = "gitlab"
    title = "GitLab"
    api_url = f"https://gitlab.com{API}"
    hooks = HOOKS
    oauth = GitLabOAuth("https://gitlab.com/oauth/token", refreshed_with=("redirect_uri",))
    checks = (RESOLVED,)
    chosen = (
        "project",
    )  # not base_url: a sign-in's token is for the operator's GitLab and goes nowhere else

    def __init__(
        self, client: Client, credentials: Mapping[str, Any], base_url: str = "", **options: Any
    ) -> None:
        given = credentials.get("base_url") or base_url
        super().__init__(client, credentials, _api(given), **options)

    def headers(self) -> dict[str, str]:
        """Return what every request carries; every kind of GitLab's tokens is taken as a bearer."""
        return {"Authorization": f"Bearer {self.credential('token')}", "Accept": "application/json"}

    @property
    def project(self) -> str:
        """The path or number of the project that the credentials name."""
        named = self.credential("project")
        if not PROJECT.fullmatch(named):
            raise Refused("The project must be written as its path or number, such as acme/web-app.")
        return named

    def check(self) -> None:
        """See that the token opens the project and that issues can be made there."""
        obstacle = self.read(self.ask("GET", self._path()), _obstacle)
        if obstacle:
            raise Refused(f"{self.project} cannot be used: {obstacle}.")

    def owns(self, external_id: str) -> bool:
        """Tell whether an issue is in the project of the credentials (GitLab ignores case there)."""
        return external_id.rpartition("#")[0].lower() == self.project.lower()

    def tickets(self, since: datetime) -> Iterator[Sequence[Ticket]]:
        """Yield pages of issues. Newest first, one that changes meanwhile is read twice and none is missed."""
        query = {
            "scope": "all",
            "state": "all",
            "order_by": "updated_at",
            "sort": "desc",
            "updated_after": format_timestamp(since),
            "per_page": 100,
        }
        for answer in self.pages(self._path("/issues"), query):
            yield self.read(answer, lambda listed: [self._ticket(issue) for issue in listed])

    def ticket(self, external_id: str) -> Ticket:
        """Return one issue."""
        return self.read(self.ask("GET", self._issue_path(external_id)), self._ticket)

    def create(self, draft: Draft) -> Ticket:
        """Make the issue. From a guest GitLab silently drops labels; the answer shows what it kept."""
        body: dict[str, Any] = {
            "title": draft.title[:LONGEST_TITLE],
            "description": block(_inert(draft)),
            "labels": sorted(_own_labels(draft)),
        }
        if draft.due:
            body["due_date"] = _day(draft)
        if draft.confidential:
            body["confidential"] = True
        return self.read(self.ask("POST", self._path("/issues"), json=body), self._ticket)

    def update(self, ticket: Ticket, draft: Draft, fields: Iterable[str]) -> Ticket:
        """Change what differs; labels are added and removed one by one, so that foreign ones stay."""
        changed = set(fields)
        body: dict[str, Any] = {}
        if "title" in changed:
            body["title"] = draft.title[:LONGEST_TITLE]
        if changed & {"status", "priority"}:
            body |= _changed_labels(ticket.labels, draft)
        if "due" in changed:
            body["due_date"] = _day(draft)
        if changed & {"due", "text", "priority"}:
            body["description"] = merged_body(ticket.body, _inert(draft))
        if "closed" in changed and draft.closed != (ticket.state in (State.CLOSED, State.DROPPED)):
            body["state_event"] = "close" if draft.closed else "reopen"
        if not body:
            return ticket
        return self.read(self.ask("PUT", self._issue_path(ticket.external_id), json=body), self._ticket)

    def remark(self, external_id: str, *, text: str, marker: str, was_tried: bool) -> None:
        """Put a note on an issue; a line of it that begins with a slash is no command."""
        said = QUICK_ACTION.sub(r"\1\2\\/", text)
        comment_once(self, self._issue_path(external_id) + "/notes", said, marker, was_tried=was_tried)

    def pull_request(self, external_id: str) -> str | None:
        """Return the newest merge request of this project that closes the issue, or else refers to it."""
        for relation in ("closed_by", "related_merge_requests"):
            found: list[tuple[int, str]] = []
            for answer in self.pages(f"{self._issue_path(external_id)}/{relation}", {}):
                found += self.read(answer, self._merge_requests)
            if found:
                return max(found)[1]
        return None

    def sources(self) -> Sequence[Source]:
        """List what GitLab may be asked for; Ultimate alone has it."""
        return (Source("vulnerability findings", self._vulnerabilities),)

    def refuse(self, answer: Response) -> None:
        """Tell rate limits and outages from refusals. Source: GitLab, "Rate limits" and "REST API"."""
        if answer.status == 429:
            until = _limited_until(answer)
            raise Unavailable(f"GitLab lets us in again at {until:%H:%M:%S} UTC.", retry_at=until)
        if answer.status >= 500 or answer.status in PASSING:
            raise Unavailable(f"GitLab answered with status {answer.status}.")
        raise Refused(self._refusal(answer))

    def _refusal(self, answer: Response) -> str:
        if answer.status == 401:
            return "GitLab does not accept the token: connect again with a valid one."
        if 300 <= answer.status < 400:
            return (
                f"{self.project} has moved, or GitLab has: connect again with the present path and address."
            )
        path = unquote(urlsplit(answer.url).path.rpartition("/projects/")[2]) or "that"
        if answer.status == 403:
            return f"GitLab denies access to {path}: the token lacks the permission or the scope api."
        if answer.status in (404, 410):
            return f"GitLab shows no {path} to this token."
        return f"GitLab refused the request for {path} (status {answer.status}{_why(answer)})."

    def _path(self, rest: str = "") -> str:
        return f"/projects/{quote(self.project, safe='')}{rest}"

    def _issue_path(self, external_id: str) -> str:
        number = external_id.rpartition("#")[2]
        if not self.owns(external_id) or not number.isdecimal():
            raise Refused(f"{external_id} is not an issue of {self.project}.")
        return self._path(f"/issues/{number}")

    def _ticket(self, issue: Any) -> Ticket:
        key = f"{self.project}#{int(issue['iid'])}"
        labels = tuple(str(label if isinstance(label, str) else label["name"]) for label in issue["labels"])
        body = issue.get("description") or ""
        return Ticket(
            external_id=key,
            key=key,
            url=str(issue["web_url"]),
            title=str(issue["title"]),
            state=_category(issue, labels),
            updated_at=datetime.fromisoformat(issue["updated_at"]),
            body=body,
            labels=labels,
            marker=marker_in(body),
        )

    def _merge_requests(self, listed: Any) -> list[tuple[int, str]]:
        """Anybody may refer to a public issue from a project of their own; only ours is a fix of ours."""
        return [(int(each["iid"]), str(each["web_url"])) for each in listed if self._is_fix(each)]

    def _is_fix(self, merge_request: Any) -> bool:
        is_address = str(merge_request["web_url"]).startswith(("https://", "http://"))
        if merge_request.get("state") == "closed" or not is_address:
            return False
        path = str((merge_request.get("references") or {}).get("full") or "").rpartition("!")[0]
        ours = (path.lower(), str(merge_request.get("project_id")))
        return self.project.lower() in ours

    def ask_again(self, key: str, evidence: Mapping[str, Any], since: datetime) -> Reply:
        """Look for the finding in the report of the newest pipeline. One that is gone may not have been looked for."""
        source, query = str(evidence.get("source")), {"scope": "all", "per_page": 100}
        if not source.startswith(f"{self.project}/vulnerability/"):
            raise Refused("The finding is of another project than the one that is connected.")
        for answer in self.pages(self._path("/vulnerability_findings"), query):
            reply = self.read(answer, lambda listed: state_of(listed, self.project, source))
            if reply is not None:
                return reply
        raise Absent("The newest report does not name it any more: see that its scanner has run.")

    def _vulnerabilities(self) -> Iterator[Sequence[RemoteFinding]]:
        """Yield what is not settled. Scope `dismissed` is said to mean both: all are asked for, and sifted."""
        query, web = {"scope": "all", "per_page": 100}, self.base_url.removesuffix(API)
        for answer in self.pages(self._path("/vulnerability_findings"), query):
            yield self.read(answer, lambda listed: unsettled(listed, self.project, web))


def _api(named: Any) -> str:
    """Return the base of the API: a server's address is enough."""
    bare = address_of(named, "GitLab", "https://gitlab.acme.example")
    return bare if not bare or bare.endswith(API) else bare + API


def _obstacle(project: Any) -> str:
    """Return why a project takes no issues; empty when it does. A guest is not told what is switched on."""
    if int(project["id"]) and project.get("archived") is True:
        return "it is archived"
    off = not project.get("issues_enabled", True) or project.get("issues_access_level") == "disabled"
    return "issues are switched off" if off else ""


def _category(issue: Any, labels: Sequence[str]) -> State:
    if issue["state"] != "closed":
        return State.OPEN if STARTED_LABELS.isdisjoint(labels) else State.STARTED
    elsewhere = issue.get("moved_to_id") or (issue.get("_links") or {}).get("closed_as_duplicate_of")
    return State.DROPPED if elsewhere or DISMISSED_LABEL in labels else State.CLOSED


def _day(draft: Draft) -> str | None:
    return f"{draft.due.astimezone(UTC):%Y-%m-%d}" if draft.due else None


def _inert(draft: Draft) -> Draft:
    """A line that begins with a slash is a command to GitLab (/close, /assign); text of a finding is none."""
    return replace(draft, text=QUICK_ACTION.sub(r"\1\2\\/", draft.text))


def _own_labels(draft: Draft) -> set[str]:
    return {f"{STATUS}{draft.status}", f"{PRIORITY}{draft.priority}"}


def _changed_labels(present: Iterable[str], draft: Draft) -> dict[str, list[str]]:
    there = {label for label in present if label.startswith((STATUS, PRIORITY))} - {DISMISSED_LABEL}
    ours = _own_labels(draft)
    changes = {"add_labels": sorted(ours - there), "remove_labels": sorted(there - ours)}
    return {name: labels for name, labels in changes.items() if labels}


def _limited_until(answer: Response) -> datetime:
    now = datetime.now(UTC)
    wait, reset = answer.headers.get("retry-after") or "", answer.headers.get("ratelimit-reset") or ""
    if wait.isdecimal():
        return now + timedelta(seconds=min(int(wait), 86_400))
    if reset.isdecimal():
        return max(now, datetime.fromtimestamp(min(int(reset), 2**32), UTC))
    return now + PAUSE_WITHOUT_A_TIME


def _why(answer: Response) -> str:
    """Return GitLab's own words for a refused request, in one short line."""
    try:
        told = answer.json()
        message = told.get("message") or told.get("error")
    except (ValueError, AttributeError, RecursionError):
        return ""
    return f": {' '.join(str(message).split())[:200]}" if message else ""
