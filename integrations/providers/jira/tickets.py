"""Issues of Jira for tasks, moved by the transitions of their workflow.

Credentials besides those of the client: `project_key`, and `issue_type` (name of the type to create, else "Task" or
the first standard type). OAuth scopes: read:jira-work, write:jira-work, read:jira-user, offline_access.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import cached_property, partial
from math import ceil
from typing import Any

from integrations.providers.errors import ProviderRefused
from integrations.providers.jira import adf, workflow
from integrations.providers.jira.client import PAGE_SIZE, JiraClient
from integrations.providers.jira.fields import (
    choose_issue_type,
    field_changes,
    field_values,
    read_issue_type,
    summary,
)
from integrations.providers.jira.webhooks import WEBHOOKS
from integrations.providers.tickets import Tracker, duplicate_note
from integrations.providers.types import DISMISSED, Ticket, TicketDraft, TicketState, text
from krafter_audit.http.timestamps import parse_timestamp

PROJECT_KEY = re.compile(r"[A-Z][A-Z0-9_]{1,80}")
PULL_REQUEST = re.compile(r"https?://[^/\s]+/\S+/(?:pull|merge_requests|pull-requests)/[0-9]+/?")
TASK_PROPERTY = "krafter.task"  # of an issue, hidden from people
ISSUE_FIELDS = ["summary", "status", "resolution", "updated", "description"]
# A workflow may have circles, so that the way to done is not searched without an end.
MAX_TRANSITIONS = 4


class Jira(JiraClient, Tracker):
    webhooks = WEBHOOKS
    search_lag = 30  # Jira's search is eventually consistent

    @property
    def project(self) -> str:
        key = self.credential("project_key").upper()
        if not PROJECT_KEY.fullmatch(key):
            raise ProviderRefused("The project_key must be the key of a Jira project, such as SHOP.")
        return key

    def check_connection(self) -> None:
        # Jira answers anonymous requests with an empty 200.
        self.parse(self.request("GET", self.path("/myself")), lambda person: person["accountId"])
        response = self.request("GET", self.path(f"/project/{self.project}"))
        if self.parse(response, lambda project: project.get("archived")):
            raise ProviderRefused(f"The project {self.project} is archived.")

    def owns(self, external_id: str) -> bool:
        return external_id.rpartition("/")[0] == f"{self.host}/{self.project}"

    def shown_title(self, draft: TicketDraft) -> str:
        return summary(draft)

    def changed_tickets(self, since: datetime) -> Iterator[Sequence[Ticket]]:
        # A relative time, since JQL reads absolute times in the time zone of the user.
        minutes = max(1, ceil((datetime.now(UTC) - since).total_seconds() / 60) + 1)
        query: dict[str, Any] = {
            "jql": f'project = "{self.project}" AND updated >= "-{minutes}m" ORDER BY updated DESC',
            "fields": ISSUE_FIELDS,
            "properties": [TASK_PROPERTY],
            "maxResults": PAGE_SIZE,
        }

        def fetch(token: str | None) -> tuple[list[Ticket], str | None]:
            body = {**query, "nextPageToken": token} if token else query
            response = self.request("POST", self.path("/search/jql"), repeatable=True, json=body)
            return self.parse(response, self._read_page)

        return self.cursor_pages(fetch)

    def get_ticket(self, external_id: str) -> Ticket:
        return self._read_issue(self._get_issue(external_id))

    def create_ticket(self, draft: TicketDraft) -> Ticket:
        # The task's id is a property in the same request: there is no issue without its marker.
        issue_type, offered = self._issue_type
        fields: dict[str, Any] = {
            "project": {"key": self.project},
            "issuetype": {"id": issue_type},
            "summary": summary(draft),
        }
        values = field_values(draft, offered)
        fields |= {name: value for name, value in values.items() if value is not None}
        attempt = {"attempt": draft.attempt} if draft.attempt else {}
        body = {"fields": fields, "properties": _task_property({"id": draft.marker, **attempt})}
        response = self.request("POST", self.path("/issue"), json=body)
        number, key = self.parse(response, lambda issue: (f"{int(issue['id'])}", text(issue["key"])))
        created = Ticket(
            external_id=self._external_id(number),
            key=key,
            url=f"https://{self.host}/browse/{key}",
            title=summary(draft),
            state=TicketState.OPEN,
            updated_at=datetime.now(UTC),
            marker=draft.marker,
            attempt=draft.attempt,
        )
        return self.complete_ticket(created, draft)

    def complete_ticket(self, ticket: Ticket, draft: TicketDraft) -> Ticket:
        # A refusal from here on must not look as if the issue had not been created.
        try:
            self._link_back(ticket.external_id, ticket.key, draft)
            issue = self._get_issue(ticket.external_id)
            # Found after a lost answer: a person has started it meanwhile.
            if ticket.state == TicketState.STARTED and draft.status == "backlog":
                return self._read_issue(issue)
            return self._move_to_status(issue, ticket.external_id, draft)
        except ProviderRefused as error:
            self.notes.append(f"{ticket.key} was not moved to the status of its task: {error}")
            return ticket

    def update_ticket(self, ticket: Ticket, draft: TicketDraft, fields: Iterable[str]) -> Ticket:
        changed = set(fields)
        if not changed:
            return ticket
        issue = self._get_issue(ticket.external_id, expand="editmeta")
        edited = field_changes(issue, draft, changed)
        if edited:
            self.request("PUT", self._issue_path(ticket.external_id), json={"fields": edited})
        if changed & {"title", "closed"}:
            self._link_back(ticket.external_id, ticket.key, draft)
        if "closed" in changed:
            self._close_or_reopen(issue, ticket.external_id, draft)
        elif "status" in changed:
            return self._move_to_status(issue, ticket.external_id, draft)
        return self.get_ticket(ticket.external_id)

    def close_duplicate(self, ticket: Ticket, original: Ticket) -> None:
        external_id, marker = ticket.external_id, ticket.marker or ""
        closed = TicketDraft(marker, ticket.title, DISMISSED, "", None, closed=True)
        self._close_or_reopen(self._get_issue(external_id), external_id, closed)
        self.add_comment(external_id, text=duplicate_note(original.key), marker=marker, was_tried=True)
        # Without the task's id, it is an issue like any other: a person who reopens it decides.
        properties = _task_property({"duplicate_of": original.key})
        self.request("PUT", self._issue_path(external_id), json={"properties": properties})

    def comment_ids(self, external_id: str, marker: str) -> list[str]:
        # Searched for in the text: Jira does not document that the list of comments has their properties.
        path = f"/issue/{self._issue_number(external_id)}/comment"
        line = adf.comment_line(marker)

        def read(comment: Any) -> str:
            return str(int(comment["id"])) if line in adf.as_text(comment.get("body")) else ""

        pages = self.offset_pages(path, "comments", read)
        return sorted((number for page in pages for number in page if number), key=int)

    def delete_repeated_comments(self, external_id: str, marker: str) -> None:
        for number in self.comment_ids(external_id, marker)[1:]:
            self.request("DELETE", f"{self._issue_path(external_id)}/comment/{number}")

    def post_comment(self, external_id: str, text: str, marker: str) -> None:
        body = {"body": adf.comment(text, marker)}
        response = self.request("POST", self._issue_path(external_id) + "/comment", json=body)
        self.parse(response, lambda comment: int(comment["id"]))

    def find_pull_request(self, external_id: str) -> str | None:
        response = self.request("GET", self._issue_path(external_id) + "/remotelink")
        return self.parse_list(response, _newest_pull_request)

    # ---- Requests about one issue

    def _external_id(self, number: str) -> str:
        # The number, since it stays when an issue is moved; the key does not.
        return f"{self.host}/{self.project}/{number}"

    def _issue_number(self, external_id: str) -> str:
        number = external_id.rpartition("/")[2]
        if not self.owns(external_id) or not number.isdecimal():
            raise ProviderRefused(f"{external_id} is not an issue of {self.project}.")
        return number

    def _issue_path(self, external_id: str) -> str:
        return self.path(f"/issue/{self._issue_number(external_id)}")

    def _get_issue(self, external_id: str, **expand: str) -> Any:
        query = {"fields": ",".join([*ISSUE_FIELDS, "labels"]), "properties": TASK_PROPERTY, **expand}
        response = self.request("GET", self._issue_path(external_id), params=query)
        return self.parse(response, self._require_readable)

    def _require_readable(self, issue: Any) -> Any:
        self._read_issue(issue)
        return issue

    def _read_page(self, body: Any) -> tuple[list[Ticket], str | None]:
        following = None if body.get("isLast") else body.get("nextPageToken") or None
        tickets = self.read_rows(
            body["issues"], self._read_issue, lambda issue: self._external_id(str(int(issue["id"])))
        )
        return tickets, following

    def _read_issue(self, issue: Any) -> Ticket:
        fields, key = issue["fields"], text(issue["key"])
        stored = (issue.get("properties") or {}).get(TASK_PROPERTY)
        task = stored if isinstance(stored, dict) else {}
        return Ticket(
            external_id=self._external_id(str(int(issue["id"]))),
            key=key,
            url=f"https://{self.host}/browse/{key}",
            title=text(fields["summary"]),
            state=workflow.ticket_state(fields),
            updated_at=parse_timestamp(fields["updated"]),
            body=adf.as_text(fields.get("description")),
            marker=str(task["id"]) if task.get("id") else None,
            attempt=str(task.get("attempt") or ""),
            # A moved issue keeps its number; the search is for those of the project.
            is_listed=key.rpartition("-")[0] == self.project,
        )

    @cached_property
    def _issue_type(self) -> tuple[str, dict[str, Any]]:
        """The id of the issue type to create and the fields of its screen."""
        path = f"/issue/createmeta/{self.project}/issuetypes"
        types = self.offset_rows(path, "issueTypes", read_issue_type)
        issue_type = choose_issue_type(types, self.credentials.get("issue_type"))
        if issue_type is None:
            raise ProviderRefused(
                f"The issue type does not exist in {self.project}, or the account may not create it."
            )
        fields = self.offset_rows(
            f"{path}/{issue_type}", "fields", lambda field: (text(field["fieldId"]), field)
        )
        return issue_type, dict(fields)

    def _link_back(self, external_id: str, key: str, draft: TicketDraft) -> None:
        # Jira updates the link that has the same globalId. A missing permission for links is no failure.
        if not draft.url:
            return
        link = {
            "globalId": f"urn:uuid:{draft.marker}",
            "application": {"type": "dev.krafter.audit", "name": "Krafter Audit"},
            "relationship": "remediates",
            "object": {"url": draft.url, "title": summary(draft), "status": {"resolved": draft.closed}},
        }
        path = self._issue_path(external_id) + "/remotelink"
        if refusal := _attempt(lambda: self.request("POST", path, repeatable=True, json=link)):
            self.notes.append(f"{key} has no current link to its task: {refusal}")

    # ---- Workflow

    def _move_to_status(self, issue: Any, external_id: str, draft: TicketDraft) -> Ticket:
        transition = self._fitting_transition(issue, external_id, draft)
        refusal = _attempt(lambda: self._move(external_id, transition)) if transition else ""
        moved = self._get_issue(external_id)
        before, after = (workflow.read_status(body["fields"]["status"]) for body in (issue, moved))
        if transition and before.id == after.id:
            reason = refusal or "Jira accepted the transition, but did not make it."
            self.notes.append(f"{moved['key']} was not moved to {transition.to.name!r}: {reason}")
        return self._read_issue(moved)

    def _fitting_transition(
        self, issue: Any, external_id: str, draft: TicketDraft
    ) -> workflow.WorkflowTransition | None:
        # Where the workflow has no transition to a fitting status, the issue stays where it is.
        current = workflow.read_status(issue["fields"]["status"])
        is_closed = workflow.ticket_state(issue["fields"]).is_closed
        if draft.closed or is_closed or workflow.fits(current, draft.status):
            return None
        return workflow.direct_transition(self._transitions(external_id), draft.status, current)

    def _close_or_reopen(self, issue: Any, external_id: str, draft: TicketDraft) -> None:
        # Workflows may require intermediate statuses on the way to done; each status is passed once.
        if draft.closed == workflow.ticket_state(issue["fields"]).is_closed:
            return
        current = workflow.read_status(issue["fields"]["status"])
        passed = {current.id}
        for _ in range(MAX_TRANSITIONS):
            transitions = self._transitions(external_id, dismissed=draft.is_dismissed)
            direct = workflow.direct_transition(transitions, draft.status, current)
            transition = direct or workflow.intermediate_transition(transitions, passed)
            if transition is None:
                break
            self._move(external_id, transition)
            if direct or not draft.closed:
                return
            current = transition.to
            passed.add(current.id)
        goal = "a status of the category done" if draft.closed else "an open status"
        raise ProviderRefused(
            f"The workflow has no transition of {issue['key']} from {current.name!r} to {goal}."
        )

    def _transitions(self, external_id: str, *, dismissed: bool = False) -> list[workflow.WorkflowTransition]:
        response = self.request(
            "GET", self._issue_path(external_id) + "/transitions", params={"expand": "transitions.fields"}
        )
        return self.parse(response, partial(workflow.read_transitions, dismissed=dismissed))

    def _move(self, external_id: str, transition: workflow.WorkflowTransition) -> None:
        fields = {"fields": transition.fields} if transition.fields else {}
        body = {"transition": {"id": transition.id}, **fields}
        self.request("POST", self._issue_path(external_id) + "/transitions", json=body)


def _task_property(value: dict[str, str]) -> list[dict[str, Any]]:
    return [{"key": TASK_PROPERTY, "value": value}]


def _attempt(action: Callable[[], Any]) -> str:
    """Run an optional action; return why Jira refused it, or an empty text."""
    try:
        action()
    except ProviderRefused as error:
        return str(error)
    return ""


def _newest_pull_request(links: Any) -> str | None:
    found = [(int(link.get("id") or 0), text(link["object"]["url"])) for link in links]
    pull_requests = [(number, url) for number, url in found if PULL_REQUEST.fullmatch(url)]
    return max(pull_requests)[1] if pull_requests else None
