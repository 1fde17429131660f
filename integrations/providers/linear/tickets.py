"""Issues of Linear for tasks.

A ticket's id is `<team>/<issue>` (two UUIDs); its key is Linear's own, such as `ENG-123`.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from integrations.providers.errors import ProviderError, ProviderRefused, ProviderUnavailable
from integrations.providers.escaped_markdown import LINEAR_REFERENCES, escape
from integrations.providers.linear import graphql
from integrations.providers.linear.client import LinearClient, Node, read_states
from integrations.providers.linear.webhooks import WEBHOOKS
from integrations.providers.tickets import Tracker
from integrations.providers.types import Ticket, TicketDraft, TicketState, text
from krafter_audit.http.timestamps import format_timestamp, parse_timestamp

MARKER = re.compile(r"Krafter Audit task ([0-9a-f-]{36})")
PULL_REQUEST = re.compile(r"https?://[^\s?#]+/(?:pull|merge_requests)/\d+/?(?:[?#]\S*)?")
MAX_TITLE_LENGTH = 255
# Linear's numbers: 1 is urgent, 4 is low, and 0 is none.
PRIORITIES = {"critical": 1, "high": 2, "medium": 3, "low": 4}
TICKET_STATES = {
    "started": TicketState.STARTED,
    "completed": TicketState.CLOSED,
    "canceled": TicketState.DROPPED,
    "duplicate": TicketState.DROPPED,
}
BACKLOG_TYPES, STARTED_TYPES = ("backlog", "unstarted"), ("started",)
COMPLETED_TYPES, CANCELED_TYPES = ("completed",), ("canceled",)


class Linear(LinearClient, Tracker):
    webhooks = WEBHOOKS

    def owns(self, external_id: str) -> bool:
        return external_id.partition("/")[0] == self.team

    def id_after_move(self, external_id: str) -> str | None:
        # Its UUID stays, which was derived from the earlier team: so its text is no marker here.
        return f"{self.team}/{external_id.partition('/')[2]}"

    def shown_title(self, draft: TicketDraft) -> str:
        return draft.title[:MAX_TITLE_LENGTH].rstrip()

    def changed_tickets(self, since: datetime) -> Iterator[Sequence[Ticket]]:
        variables = {"team": self.team, "since": format_timestamp(since)}
        # Archived ones too: Linear archives closed issues after a while.
        return self.connection_pages(graphql.ISSUES, variables, lambda data: data["issues"], self._read_issue)

    def get_ticket(self, external_id: str) -> Ticket:
        response = self.execute(graphql.ISSUE, {"id": self._issue_id(external_id)})
        return self.parse(response, lambda body: self._read_issue(body["data"]["issue"]))

    def create_ticket(self, draft: TicketDraft) -> Ticket:
        # We choose the id of an issue, derived from the team's and the task's: a second creation is refused, and
        # finds the first.
        chosen = issue_id(self.team, draft.marker)
        fields = {
            "id": chosen,
            "teamId": self.team,
            "title": self.shown_title(draft),
            "description": description(draft),
            "stateId": choose_state(draft, self.workflow_states()),
            **_priority(draft),
            "dueDate": draft.due_day,
        }
        try:
            return self._write(graphql.CREATE, {"input": fields}, "issueCreate", repeatable=False)
        except (ProviderRefused, ProviderUnavailable) as failure:
            existing = self._created_before(chosen, failure)
            if existing is None:
                raise
            return existing

    def update_ticket(self, ticket: Ticket, draft: TicketDraft, fields: Iterable[str]) -> Ticket:
        # The rest of the description stays: due date and priority are fields of their own.
        changed = set(fields)
        values: dict[str, Any] = {}
        if "title" in changed:
            values["title"] = self.shown_title(draft)
        if "priority" in changed:
            values |= _priority(draft)
        if "due" in changed:
            values["dueDate"] = draft.due_day
        if "campaigns" in changed:
            values["description"] = with_campaigns(ticket.body, draft)
        if _may_change_state(ticket, draft, changed):
            values |= self._state_change(ticket, draft)
        if not values:
            return ticket
        variables = {"id": self._issue_id(ticket.external_id), "input": values}
        return self._write(graphql.UPDATE, variables, "issueUpdate", repeatable=True)

    def comment_ids(self, external_id: str, marker: str) -> list[str]:
        response = self.execute(
            graphql.COMMENT_BY_ID, {"id": comment_id(self._issue_id(external_id), marker)}
        )
        return self.parse(
            response, lambda body: [str(node["id"]) for node in body["data"]["comments"]["nodes"]]
        )

    def post_comment(self, external_id: str, text: str, marker: str) -> None:
        # Under an id of our own: Linear refuses a second comment with that id.
        issue = self._issue_id(external_id)
        fields = {
            "id": comment_id(issue, marker),
            "issueId": issue,
            "body": escape(text, LINEAR_REFERENCES),
        }
        response = self.execute(graphql.COMMENT, {"input": fields}, repeatable=False)
        if not self.parse(response, lambda body: body["data"]["commentCreate"]["success"]):
            raise ProviderRefused("Linear did not accept the comment and gave no reason.")

    def find_pull_request(self, external_id: str) -> str | None:
        pages = self.connection_pages(
            graphql.ATTACHMENTS,
            {"id": self._issue_id(external_id)},
            lambda data: data["issue"]["attachments"],
            lambda node: (parse_timestamp(node["createdAt"]), str(node["url"])),
        )
        found = [attachment for page in pages for attachment in page if PULL_REQUEST.fullmatch(attachment[1])]
        return max(found)[1] if found else None

    def _write(self, document: str, variables: Node, name: str, *, repeatable: bool) -> Ticket:
        response = self.execute(document, variables, repeatable=repeatable)
        if not self.parse(response, lambda body: body["data"][name]["success"]):
            raise ProviderRefused("Linear did not accept the change and gave no reason.")
        return self.parse(response, lambda body: self._read_issue(body["data"][name]["issue"]))

    def _state_change(self, ticket: Ticket, draft: TicketDraft) -> dict[str, str | None]:
        response = self.execute(graphql.WORKFLOW, {"id": self._issue_id(ticket.external_id)})
        issue, current, states = self.parse(response, lambda body: _workflow_of(body["data"]["issue"]))
        changes: dict[str, str | None] = {}
        # Setting only the state leaves a deleted issue in the trash; null restores it.
        if issue.get("trashed") and not draft.closed:
            changes["trashed"] = None
        # `states` are those of the issue's current team: people move issues between teams, which have different states.
        if current not in _state_types(draft) or draft.status == "ready_verify":
            changes["stateId"] = choose_state(draft, states)
        return changes

    def _created_before(self, chosen: str, failure: ProviderRefused | ProviderUnavailable) -> Ticket | None:
        # The issue exists if Linear says so ("already exists"), or if only the response was lost.
        is_limited = isinstance(failure, ProviderUnavailable) and failure.retry_at is not None
        if is_limited:
            return None
        try:
            return self.get_ticket(f"{self.team}/{chosen}")
        except ProviderError:
            return None

    def id_of(self, node: Any) -> str:
        return f"{self.team}/{super().id_of(node)}"

    def _issue_id(self, external_id: str) -> str:
        try:
            issue = str(UUID(external_id.partition("/")[2]))
        except ValueError:
            issue = ""
        if not issue or not self.owns(external_id):
            raise ProviderRefused("The issue is not one of the connected team.")
        return issue

    def _read_issue(self, issue: Any) -> Ticket:
        number, body = str(UUID(issue["id"])), issue.get("description") or ""
        # A copy of the issue has the same text, but another id.
        markers = [marker for marker in MARKER.findall(body) if issue_id(self.team, marker) == number]
        state = TICKET_STATES.get(text(issue["state"]["type"]), TicketState.OPEN)
        return Ticket(
            external_id=f"{self.team}/{number}",
            key=text(issue["identifier"]),
            url=str(issue["url"]),
            title=text(issue["title"]),
            state=TicketState.DROPPED if issue.get("trashed") else state,
            updated_at=parse_timestamp(issue["updatedAt"]),
            body=body,
            marker=markers[0] if markers else None,
            # People move issues between teams; the list is that of the connected one.
            is_listed=(issue.get("team") or {}).get("id", self.team) == self.team,
        )


def _workflow_of(issue: Node) -> tuple[Node, str, list[Node]]:
    return issue, issue["state"]["type"], read_states(issue["team"])


def issue_id(team: str, task: str) -> str:
    return _derived_id(team, task)


def comment_id(issue: str, comment: str) -> str:
    # Derived from the id of the issue, which stays when it is moved to another team.
    return _derived_id(issue, comment)


def _derived_id(parent: str, name: str) -> str:
    # Linear accepts UUIDs of version 4 only, so that the version bits are set.
    return str(UUID(bytes=uuid5(UUID(parent), name).bytes, version=4))


def description(draft: TicketDraft) -> str:
    # Linear rewrites Markdown and drops HTML comments, so that the task's id is visible text.
    url = f"\n{draft.url}" if draft.url else ""
    guidance = escape(draft.text, LINEAR_REFERENCES)
    text = f"{guidance}\n\n---\n\nKrafter Audit task {draft.marker}{url}".lstrip()
    return with_campaigns(text, draft) if draft.campaigns else text


def with_campaigns(body: str, draft: TicketDraft) -> str:
    """Return a description with these campaigns, whose line is above the line of the task."""
    names = ", ".join(escape(" ".join(name.split()), LINEAR_REFERENCES) for name in draft.campaigns)
    line = f"Campaigns: {names}\n\n" if names else ""
    task = f"Krafter Audit task {draft.marker}"
    # A function, since backslashes in a replacement string would be read as group references.
    return re.sub(
        rf"(?:^Campaigns: .*\n+)?^{task}", lambda _: f"{line}{task}", body, count=1, flags=re.MULTILINE
    )


def choose_state(draft: TicketDraft, states: Iterable[Node]) -> str:
    """Return the lowest state of the fitting type; while a task awaits verification, the last started one."""
    in_order = sorted(states, key=lambda state: float(state["position"]))
    for state_type in _state_types(draft):
        fitting = [str(state["id"]) for state in in_order if state["type"] == state_type]
        if fitting:
            return fitting[-1 if draft.status == "ready_verify" else 0]
    raise ProviderRefused(f"The team's workflow has no state of the type {_state_types(draft)[-1]!r}.")


def _state_types(draft: TicketDraft) -> tuple[str, ...]:
    if draft.closed:
        return CANCELED_TYPES if draft.is_dismissed else COMPLETED_TYPES
    return BACKLOG_TYPES if draft.status == "backlog" else STARTED_TYPES


def _may_change_state(ticket: Ticket, draft: TicketDraft, fields: set[str]) -> bool:
    # A closed issue is reopened only where `closed` is to be updated.
    is_open = not ticket.state.is_closed and not draft.closed
    return "closed" in fields or ("status" in fields and is_open)


def _priority(draft: TicketDraft) -> dict[str, int]:
    return {"priority": PRIORITIES.get(draft.priority, 0)}
