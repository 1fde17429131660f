"""Linear: issues of one team for tasks, states both ways, pull requests among attachments (GraphQL).

Credentials: `api_key` (a personal key) and `team_id` (the team's UUID). A sign-in by OAuth puts `token` in
the key's place; its scopes are `read` and `write`.
The id of an issue is chosen here, from the team's and the task's: a second creation meets the first.
A ticket's id is `<team>/<issue>`, two UUIDs; its key is Linear's own, as `ENG-123`.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid5

from integrations.providers import linear_answers as answers
from integrations.providers import linear_documents as documents
from integrations.providers.base import (
    MOST_PAGES,
    Draft,
    OAuth,
    Refused,
    State,
    Ticket,
    Tracker,
    Unavailable,
)
from integrations.providers.linear_hooks import HOOKS
from krafter_audit.http.client import Response
from krafter_audit.http.timestamps import format_timestamp

MARKER = re.compile(r"Krafter Audit task ([0-9a-f-]{36})")
PULL_REQUEST = re.compile(r"https?://[^\s?#]+/(?:pull|merge_requests)/\d+/?(?:[?#]\S*)?")
LONGEST_TITLE, LONGEST_TEXT = 255, 60_000
PRIORITIES = {"critical": 1, "high": 2, "medium": 3, "low": 4}
CATEGORIES = {
    "started": State.STARTED,
    "completed": State.CLOSED,
    "canceled": State.DROPPED,
    "duplicate": State.DROPPED,
}
OVER = (State.CLOSED, State.DROPPED)
WAITING, WORK, COMPLETED = ("backlog", "unstarted"), ("started",), ("completed",)
PASSING = frozenset({"INTERNAL_SERVER_ERROR", "INTERNAL_ERROR", "LOCK_TIMEOUT", "NETWORK_ERROR"})
Node = Mapping[str, Any]


class Linear(Tracker):
    """One team of a workspace."""

    name = "linear"
    title = "Linear"
    api_url = "https://api.linear.app"
    hooks = HOOKS
    oauth = OAuth("https://api.linear.app/oauth/token")
    chosen = ("team_id",)

    def headers(self) -> dict[str, str]:
        """Return what every request carries: a personal key stands bare, a token of OAuth is a bearer's."""
        signed_in = bool(self.credentials.get("token"))
        key = self.credential("token" if signed_in else "api_key")
        bearer = key.startswith("lin_oauth_") or (signed_in and not key.startswith("lin_api_"))
        return {"Authorization": f"Bearer {key}" if bearer else key}

    @property
    def team(self) -> str:
        """The UUID of the team that the credentials name."""
        try:
            return str(UUID(self.credential("team_id")))
        except ValueError:
            raise Refused("The team_id must be the UUID of a team, as Linear's API gives it.") from None

    def check(self) -> None:
        """See that the key opens the team."""
        self._states()

    def owns(self, external_id: str) -> bool:
        """Tell whether an issue was made for the team of the credentials."""
        return external_id.partition("/")[0] == self.team

    def tickets(self, since: datetime) -> Iterator[Sequence[Ticket]]:
        """Yield pages of issues, archived ones too: Linear archives what has been closed for a while."""
        moment = format_timestamp(since)
        asked = {"team": self.team, "since": moment}
        return self._pages(documents.ISSUES, asked, lambda data: data["issues"], self._ticket)

    def ticket(self, external_id: str) -> Ticket:
        """Return one issue."""
        answer = self._ask(documents.ISSUE, {"id": self._issue(external_id)})
        return self.read(answer, lambda told: self._ticket(told["data"]["issue"]))

    def create(self, draft: Draft) -> Ticket:
        """Make the issue, or return the one that was made for this task when the answer was lost."""
        chosen = issue_id(self.team, draft.marker)
        given = {
            "id": chosen,
            "teamId": self.team,
            "title": draft.title[:LONGEST_TITLE],
            "description": description(draft),
            "stateId": state_for(draft, self._states()),
            **_priority(draft),
            **_due(draft),
        }
        try:
            return self._write(documents.CREATE, {"input": given}, "issueCreate", repeatable=False)
        except Refused:
            made = self._made(chosen)
            if made is None:
                raise
            return made

    def update(self, ticket: Ticket, draft: Draft, fields: Iterable[str]) -> Ticket:
        """Change what differs. The text stays people's: due date and priority have places of their own."""
        changed = set(fields)
        given: dict[str, Any] = {}
        if "title" in changed:
            given["title"] = draft.title[:LONGEST_TITLE]
        if "priority" in changed:
            given |= _priority(draft)
        if "due" in changed:
            given |= _due(draft)
        if _may_move(ticket, draft, changed):
            given |= self._move(ticket, draft)
        if not given:
            return ticket
        asked = {"id": self._issue(ticket.external_id), "input": given}
        return self._write(documents.UPDATE, asked, "issueUpdate", repeatable=True)

    def remark(self, external_id: str, *, text: str, marker: str, was_tried: bool) -> None:
        """Comment on an issue under an id of our own: a second comment of that id is refused by Linear."""
        chosen = issue_id(self.team, marker)
        if was_tried and self._said(chosen):
            return
        body = text.replace("@", "@\u200b")
        given = {"id": chosen, "issueId": self._issue(external_id), "body": body}
        self._ask(documents.COMMENT, {"input": given}, repeatable=False)

    def _said(self, chosen: str) -> bool:
        answer = self._ask(documents.COMMENT_MADE, {"id": chosen})
        return self.read(answer, lambda told: bool(told["data"]["comments"]["nodes"]))

    def pull_request(self, external_id: str) -> str | None:
        """Return the pull or merge request that was attached to the issue last."""
        asked = {"id": self._issue(external_id)}
        pages = self._pages(
            documents.ATTACHMENTS, asked, lambda data: data["issue"]["attachments"], _attached
        )
        found = [attached for page in pages for attached in page if PULL_REQUEST.fullmatch(attached[1])]
        return max(found)[1] if found else None

    def is_refusal(self, answer: Response) -> bool:
        """Tell a refusal by its `errors` too: GraphQL also sends them with status 200."""
        return super().is_refusal(answer) or bool(answers.errors(answer))

    def refuse(self, answer: Response) -> None:
        """Tell limits and outages from refusals by code and status: over a limit Linear answers with 400."""
        codes = {answers.code(error) for error in answers.errors(answer)}
        if answer.status == 429 or "RATELIMITED" in codes:
            until = answers.limited_until(answer)
            raise Unavailable(f"Linear lets us in again at {until:%H:%M:%S} UTC.", retry_at=until)
        if answer.status >= 500 or codes & PASSING:
            raise Unavailable(f"Linear could not answer (status {answer.status}).")
        raise Refused(answers.refusal(answer, codes))

    def is_expired(self, answer: Response) -> bool:
        """Linear may say it with the status 400, too."""
        codes = {answers.code(error) for error in answers.errors(answer)}
        return super().is_expired(answer) or bool(codes & answers.EXPIRED)

    def _ask(self, document: str, variables: Node, *, repeatable: bool = True) -> Response:
        path = "" if self.base_url.endswith("/graphql") else "/graphql"
        return self.ask(
            "POST", path, repeatable=repeatable, json={"query": document, "variables": dict(variables)}
        )

    def _write(self, document: str, variables: Node, name: str, *, repeatable: bool) -> Ticket:
        answer = self._ask(document, variables, repeatable=repeatable)
        if not self.read(answer, lambda told: told["data"][name]["success"]):
            raise Refused("Linear did not take the change and gave no reason.")
        return self.read(answer, lambda told: self._ticket(told["data"][name]["issue"]))

    def _pages[Found](
        self, document: str, asked: Node, find: Callable[[Any], Any], parse: Callable[[Any], Found]
    ) -> Iterator[list[Found]]:
        """Follow the cursors of `pageInfo` to the end, each once."""
        seen: set[str | None] = set()
        after: str | None = None
        while after not in seen:
            if len(seen) >= MOST_PAGES:
                raise Unavailable(f"Linear has more than {MOST_PAGES} pages to read.")
            seen.add(after)
            answer = self._ask(document, {**asked, "after": after})
            found, after = self.read(answer, lambda told: _page(find(told["data"]), parse))
            yield found

    def _states(self) -> list[Node]:
        answer = self._ask(documents.TEAM, {"team": self.team})
        return self.read(answer, lambda told: _states_in(told["data"]["team"]))

    def _move(self, ticket: Ticket, draft: Draft) -> dict[str, str]:
        """Return the state to set, of the team where the issue is now; none where the kind fits already."""
        answer = self._ask(documents.WORKFLOW, {"id": self._issue(ticket.external_id)})
        issue = self.read(answer, lambda told: told["data"]["issue"])
        states = self.read(answer, lambda _: _states_in(issue["team"]))
        fits = self.read(answer, lambda _: issue["state"]["type"] in _types(draft))
        if fits and draft.status != "ready_verify":
            return {}
        return {"stateId": state_for(draft, states)}

    def _made(self, chosen: str) -> Ticket | None:
        answer = self._ask(documents.ISSUE_MADE, {"id": chosen})
        nodes = self.read(
            answer, lambda told: [self._ticket(node) for node in told["data"]["issues"]["nodes"]]
        )
        return nodes[0] if nodes else None

    def _issue(self, external_id: str) -> str:
        try:
            issue = str(UUID(external_id.partition("/")[2]))
        except ValueError:
            issue = ""
        if not issue or not self.owns(external_id):
            raise Refused("The issue is not one of the team that the credentials name.")
        return issue

    def _ticket(self, issue: Any) -> Ticket:
        number, body = str(UUID(issue["id"])), issue.get("description") or ""
        named = MARKER.findall(body)  # a copy of the issue has the text too, but not the id
        dropped = State.DROPPED if issue.get("trashed") else None
        return Ticket(
            external_id=f"{self.team}/{number}",
            key=str(issue["identifier"]),
            url=str(issue["url"]),
            title=str(issue["title"]),
            state=dropped or CATEGORIES.get(issue["state"]["type"], State.OPEN),
            updated_at=datetime.fromisoformat(issue["updatedAt"]),
            body=body,
            marker=next((task for task in named if issue_id(self.team, task) == number), None),
        )


def issue_id(team: str, task: str) -> str:
    """Return the id that a task's issue has in a team. Linear takes UUIDs of version 4: the bits say so."""
    return str(UUID(bytes=uuid5(UUID(team), task).bytes, version=4))


def description(draft: Draft) -> str:
    """Return an issue's text. Linear rewrites Markdown and keeps no hidden comment: the task is in sight."""
    text = draft.text[:LONGEST_TEXT].replace("@", "@\u200b")
    page = f"\n{draft.url}" if draft.url else ""
    return f"{text}\n\n---\n\nKrafter Audit task {draft.marker}{page}".lstrip()


def state_for(draft: Draft, states: Iterable[Node]) -> str:
    """Return the state for a task: the lowest of its kind; the last of the work while it is verified."""
    placed = sorted(states, key=lambda state: float(state["position"]))
    for kind in _types(draft):
        fitting = [str(state["id"]) for state in placed if state["type"] == kind]
        if fitting:
            return fitting[-1 if draft.status == "ready_verify" else 0]
    raise Refused(f"The workflow of the team has no state of the type {_types(draft)[-1]!r}.")


def _types(draft: Draft) -> tuple[str, ...]:
    if draft.closed:
        return COMPLETED
    return WAITING if draft.status == "backlog" else WORK


def _may_move(ticket: Ticket, draft: Draft, changed: set[str]) -> bool:
    """Whether the state is ours to set: what was closed there is opened only where `closed` says so."""
    still_open = ticket.state not in OVER and not draft.closed
    return "closed" in changed or ("status" in changed and still_open)


def _priority(draft: Draft) -> dict[str, int]:
    return {"priority": PRIORITIES.get(draft.priority, 0)}


def _due(draft: Draft) -> dict[str, str | None]:
    return {"dueDate": draft.due.astimezone(UTC).date().isoformat() if draft.due else None}


def _page[Found](connection: Any, parse: Callable[[Any], Found]) -> tuple[list[Found], str | None]:
    """Return what is on a page and the cursor of the next one. The first page's cursor is none."""
    info = connection["pageInfo"]
    following = str(info["endCursor"]) if info["hasNextPage"] and info["endCursor"] else None
    return [parse(node) for node in connection["nodes"]], following


def _states_in(team: Any) -> list[Node]:
    return [
        {"id": state["id"], "type": state["type"], "position": float(state["position"])}
        for state in team["states"]["nodes"]
    ]


def _attached(attachment: Any) -> tuple[datetime, str]:
    return datetime.fromisoformat(attachment["createdAt"]), str(attachment["url"])
