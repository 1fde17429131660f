"""Jira Cloud: issues for tasks, moved by the transitions of their workflow (REST v3).

Credentials: `project_key` and `site` (`acme.atlassian.net`) with `email` and `api_token`; or, signed in by
OAuth (3LO), `token`, with `cloud_id` or `site` where the sign-in reaches several sites. `issue_type` is the
name of the type to make, else "Task" or the first there is. OAuth scopes: read:jira-work, write:jira-work,
read:jira-user, offline_access.
A ticket's id is `acme.atlassian.net/SHOP/10042`: the number stays when an issue is moved, its key does not.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import cached_property
from math import ceil
from typing import Any

from integrations.providers.base import MOST_PAGES, Draft, Refused, State, Ticket, Unavailable
from integrations.providers.jira import adf, workflow
from integrations.providers.jira.client import PAGE, JiraSite
from integrations.providers.jira.fields import changes, field_of, kind_named, kind_of, summary, values
from integrations.providers.jira.responses import markers_in, pull_request_in

PROJECT = re.compile(r"[A-Z][A-Z0-9_]{1,80}")
PROPERTY = "krafter.task"  # of an issue, hidden from people; set in the request that makes it
FIELDS = ["summary", "status", "resolution", "updated", "description"]
MOST_STEPS = 4  # through a workflow, one after the other
OVER = (State.CLOSED, State.DROPPED)


class Jira(JiraSite):
    """One project of a Jira Cloud site."""

    lag = 30  # its search follows what is written, by its own word eventually

    @property
    def project(self) -> str:
        """The key of the project that the credentials name."""
        key = self.credential("project_key").upper()
        if not PROJECT.fullmatch(key):
            raise Refused("The project_key must be the key of a Jira project, such as SHOP.")
        return key

    def check(self) -> None:
        """See who we are and that the project is there: to strangers Jira answers much with an empty 200."""
        self.read(self.ask("GET", self.path("/myself")), lambda person: person["accountId"])
        answer = self.ask("GET", self.path(f"/project/{self.project}"))
        if self.read(answer, lambda project: project.get("archived")):
            raise Refused(f"The project {self.project} is archived.")

    def owns(self, external_id: str) -> bool:
        """Tell whether an issue was made in the project of the credentials."""
        return external_id.rpartition("/")[0] == f"{self.place[0]}/{self.project}"

    def tickets(self, since: datetime) -> Iterator[Sequence[Ticket]]:
        """Yield pages of issues. The time is relative: JQL reads others in the time zone of the person."""
        minutes = max(1, ceil((datetime.now(UTC) - since).total_seconds() / 60) + 1)
        asked: dict[str, Any] = {
            "jql": f'project = "{self.project}" AND updated >= "-{minutes}m" ORDER BY updated DESC',
            "fields": FIELDS,
            "properties": [PROPERTY],
            "maxResults": PAGE,
        }
        seen: set[str] = set()
        token: str | None = ""
        while token is not None and token not in seen:
            if len(seen) >= MOST_PAGES:
                raise Unavailable(f"Jira has more than {MOST_PAGES} pages to read.")
            seen.add(token)
            body = {**asked, "nextPageToken": token} if token else asked
            answer = self.ask("POST", self.path("/search/jql"), repeatable=True, json=body)
            page, token = self.read(answer, self._page)
            yield page

    def ticket(self, external_id: str) -> Ticket:
        """Return one issue."""
        return self._ticket(self._issue(external_id))

    def create(self, draft: Draft) -> Ticket:
        """Make the issue with the task's id as a property: one request, so never the one without the other."""
        kind, offered = self._kind
        fields = {"project": {"key": self.project}, "issuetype": {"id": kind}, "summary": summary(draft)}
        fields |= {name: value for name, value in values(draft, offered).items() if value is not None}
        marker = {"key": PROPERTY, "value": {"id": draft.marker}}
        answer = self.ask("POST", self.path("/issue"), json={"fields": fields, "properties": [marker]})
        made = self.read(answer, lambda issue: (f"{int(issue['id'])}", str(issue["key"])))
        return self._finished(self._external_id(made[0]), made[1], draft)

    def update(self, ticket: Ticket, draft: Draft, fields: Iterable[str]) -> Ticket:
        """Change the named fields, then move the issue. People's own text around our panel stays."""
        changed = set(fields)
        if not changed:
            return ticket
        issue = self._issue(ticket.external_id, expand="editmeta")
        edited = changes(issue, draft, changed)
        if edited:
            self.ask("PUT", self._issue_path(ticket.external_id), json={"fields": edited})
        if changed & {"title", "closed"}:
            self._refer(ticket.external_id, draft)
        if "closed" in changed:
            self._close_or_reopen(issue, ticket.external_id, draft)
        elif "status" in changed:
            self._keep_in_step(issue, ticket.external_id, draft)
        return self.ticket(ticket.external_id)

    def remark(self, external_id: str, *, text: str, marker: str, was_tried: bool) -> None:
        """Comment on an issue; the marker is a property of the comment, hidden from people."""
        path = self._issue_path(external_id) + "/comment"
        if was_tried and marker in self._markers(path):
            return
        told = [{"key": PROPERTY, "value": {"id": marker}}]
        self.ask("POST", path, json={"body": adf.comment(text), "properties": told})

    def _markers(self, path: str) -> set[str]:
        query = {"expand": "properties", "orderBy": "-created", "maxResults": PAGE}
        return self.read(self.ask("GET", path, params=query), markers_in)

    def pull_request(self, external_id: str) -> str | None:
        """Return the pull or merge request that was linked to the issue last, among its web links."""
        return self.read(self.ask("GET", self._issue_path(external_id) + "/remotelink"), pull_request_in)

    def _external_id(self, number: str) -> str:
        return f"{self.place[0]}/{self.project}/{number}"

    def _issue_path(self, external_id: str) -> str:
        number = external_id.rpartition("/")[2]
        if not self.owns(external_id) or not number.isdecimal():
            raise Refused(f"{external_id} is not an issue of {self.project}.")
        return self.path(f"/issue/{number}")

    def _issue(self, external_id: str, **extra: str) -> Any:
        query = {"fields": ",".join(FIELDS), "properties": PROPERTY, **extra}
        answer = self.ask("GET", self._issue_path(external_id), params=query)
        return self.read(answer, self._readable)

    def _readable(self, issue: Any) -> Any:
        self._ticket(issue)
        return issue

    def _page(self, found: Any) -> tuple[list[Ticket], str | None]:
        following = None if found.get("isLast") else found.get("nextPageToken") or None
        return [self._ticket(issue) for issue in found["issues"]], following

    def _ticket(self, issue: Any) -> Ticket:
        fields, key = issue["fields"], str(issue["key"])
        marked = (issue.get("properties") or {}).get(PROPERTY)
        return Ticket(
            external_id=self._external_id(str(int(issue["id"]))),
            key=key,
            url=f"https://{self.place[0]}/browse/{key}",
            title=str(fields["summary"]),
            state=workflow.state_of(fields),
            updated_at=datetime.fromisoformat(fields["updated"]),
            body=adf.written(fields.get("description")),
            marker=str(marked["id"]) if isinstance(marked, dict) and marked.get("id") else None,
        )

    @cached_property
    def _kind(self) -> tuple[str, dict[str, Any]]:
        """Return the id of the type of issue to make and the fields that its form offers."""
        path = f"/issue/createmeta/{self.project}/issuetypes"
        kind = kind_named(self.rows(path, "issueTypes", kind_of), self.credentials.get("issue_type"))
        if kind is None:
            raise Refused(f"The type of issue to make does not exist in {self.project}, or may not be made.")
        return kind, dict(self.rows(f"{path}/{kind}", "fields", field_of))

    def _finished(self, external_id: str, key: str, draft: Draft) -> Ticket:
        """The issue is there: what is refused from here on must not look as if it had not been made."""
        try:
            self._refer(external_id, draft)
            self._keep_in_step(self._issue(external_id), external_id, draft)
            return self.ticket(external_id)
        except Refused:
            address = f"https://{self.place[0]}/browse/{key}"
            now = datetime.now(UTC)
            return Ticket(external_id, key, address, summary(draft), State.OPEN, now, marker=draft.marker)

    def _refer(self, external_id: str, draft: Draft) -> None:
        """Link the issue back to its task: a link with the same globalId is renewed, never doubled."""
        if not draft.url:
            return
        link = {
            "globalId": f"urn:uuid:{draft.marker}",
            "application": {"type": "dev.krafter.audit", "name": "Krafter Audit"},
            "relationship": "remediates",
            "object": {"url": draft.url, "title": summary(draft), "status": {"resolved": draft.closed}},
        }
        with suppress(Refused):
            self.ask("POST", self._issue_path(external_id) + "/remotelink", repeatable=True, json=link)

    def _keep_in_step(self, issue: Any, external_id: str, draft: Draft) -> None:
        """Move an open issue to where its task stands, if a way leads there; else it stays where it is."""
        at = workflow.status_of(issue["fields"]["status"])
        is_over = workflow.state_of(issue["fields"]) in OVER
        if draft.closed or is_over or workflow.suits(at, draft.status):
            return
        way = workflow.direct(self._ways(external_id), draft.status, at)
        if way:
            with suppress(Refused):
                self._go(external_id, way)

    def _close_or_reopen(self, issue: Any, external_id: str, draft: Draft) -> None:
        """Move the issue over to done or back, step by step where the workflow wants it so."""
        if draft.closed == (workflow.state_of(issue["fields"]) in OVER):
            return
        at = workflow.status_of(issue["fields"]["status"])
        word, passed = "done" if draft.closed else draft.status, {at.id}
        for _ in range(MOST_STEPS):
            ways = self._ways(external_id)
            last = workflow.direct(ways, word, at)
            way = last or workflow.onward(ways, passed)
            if way is None:
                break
            self._go(external_id, way)
            if last or not draft.closed:
                return
            at = way.to
            passed.add(at.id)
        goal = "a status that means done" if draft.closed else "an open status"
        raise Refused(f"The workflow lets nobody move {issue['key']} to {goal} from {at.name!r}.")

    def _ways(self, external_id: str) -> list[workflow.Transition]:
        path = self._issue_path(external_id) + "/transitions"
        answer = self.ask("GET", path, params={"expand": "transitions.fields"})
        return self.read(answer, workflow.transitions_of)

    def _go(self, external_id: str, way: workflow.Transition) -> None:
        body = {"transition": {"id": way.id}, **({"fields": way.fields} if way.fields else {})}
        self.ask("POST", self._issue_path(external_id) + "/transitions", json=body)
