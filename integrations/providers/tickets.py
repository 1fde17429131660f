"""Vendors with tickets, and the Markdown issues with labels that GitHub and GitLab share."""

import re
from abc import abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import Any, ClassVar
from urllib.parse import urlsplit

from integrations.providers.base import Provider
from integrations.providers.errors import ProviderRefused
from integrations.providers.escaped_markdown import escape
from integrations.providers.markdown import attempt_in, block, marker_in, merged_body, without_marker
from integrations.providers.types import Ticket, TicketDraft, TicketState, text
from krafter_audit.http.client import Response
from krafter_audit.http.timestamps import parse_timestamp

ISSUE_PATH = re.compile(r"/issues/(\d+)(?:/|$)")
STATUS_LABEL, PRIORITY_LABEL, CAMPAIGN_LABEL = "krafter:", "priority:", "krafter-campaign:"


class Tracker(Provider):
    # Seconds until a new ticket appears in `changed_tickets`.
    search_lag: ClassVar[int] = 0

    @abstractmethod
    def owns(self, external_id: str) -> bool:
        """Return whether a ticket is in the repository or project of the credentials."""

    def id_after_move(self, external_id: str) -> str | None:
        """Return the id that a ticket has after it was moved here; None if it gets an id that cannot be known."""
        return None

    @abstractmethod
    def shown_title(self, draft: TicketDraft) -> str:
        """Return the title of a ticket after it was sent."""

    @abstractmethod
    def changed_tickets(self, since: datetime) -> Iterator[Sequence[Ticket]]:
        """Yield pages of the tickets changed since then, the newest change first.

        The external ids of those that cannot be read are added to `unreadable`.
        """

    @abstractmethod
    def get_ticket(self, external_id: str) -> Ticket: ...
    @abstractmethod
    def create_ticket(self, draft: TicketDraft) -> Ticket:
        # Not retried: after a lost response the caller searches for the marker before it creates another.
        ...

    def complete_ticket(self, ticket: Ticket, draft: TicketDraft) -> Ticket:
        """Complete a ticket whose creation was interrupted, for vendors that need several requests."""
        return ticket

    @abstractmethod
    def update_ticket(self, ticket: Ticket, draft: TicketDraft, fields: Iterable[str]) -> Ticket:
        """Update the named fields (title, status, priority, due, text, campaigns, closed) to those of the draft."""

    def close_duplicate(self, ticket: Ticket, original: Ticket) -> None:
        """Close a ticket that another attempt created, for vendors that choose the ids of tickets."""

    def add_comment(self, external_id: str, *, text: str, marker: str, was_tried: bool) -> None:
        # An earlier attempt may have succeeded although its response was lost.
        if not (was_tried and self.comment_ids(external_id, marker)):
            self.post_comment(external_id, text, marker)

    def delete_repeated_comments(self, external_id: str, marker: str) -> None:
        """Delete all comments with this marker but the first, for vendors that choose the ids of comments."""

    @abstractmethod
    def comment_ids(self, external_id: str, marker: str) -> list[str]:
        """Return the ids of the comments with this marker, the first one first."""

    @abstractmethod
    def post_comment(self, external_id: str, text: str, marker: str) -> None: ...
    def find_pull_request(self, external_id: str) -> str | None:
        """Return the URL of the pull or merge request that was linked last."""
        return None


class IssueTracker(Tracker):
    """Issues of a repository: a ticket's id and key are `owner/name#123`, its body is Markdown."""

    number_field: ClassVar[str]
    url_field: ClassVar[str]
    body_field: ClassVar[str]
    comments_path: ClassVar[str]
    update_method: ClassVar[str]
    duplicate_change: ClassVar[dict[str, str]]  # the fields that close an issue as a duplicate
    max_title_length: ClassVar[int]
    max_label_length: ClassVar[int]
    references: ClassVar[re.Pattern[str]]  # the signs of the vendor's references, such as # of issues

    @property
    @abstractmethod
    def repository(self) -> str: ...
    @abstractmethod
    def repository_path(self, rest: str = "") -> str: ...
    @abstractmethod
    def comment_path(self, external_id: str, number: str) -> str: ...
    @abstractmethod
    def state_of(self, issue: Any, labels: Sequence[str]) -> TicketState: ...
    @abstractmethod
    def state_change(self, ticket: Ticket, draft: TicketDraft) -> dict[str, str]:
        """Return the fields that close or reopen an issue."""

    @abstractmethod
    def label_change(self, present: Sequence[str], draft: TicketDraft) -> dict[str, list[str]]:
        """Return the fields that set our labels and leave others."""

    def own_labels(self, draft: TicketDraft) -> set[str]:
        labels = map(self.campaign_label, draft.campaigns)
        campaigns = {label[: self.max_label_length].rstrip() for label in labels}
        return {f"{STATUS_LABEL}{draft.status}", f"{PRIORITY_LABEL}{draft.priority}", *campaigns}

    def campaign_label(self, name: str) -> str:
        return campaign_label(name)

    def escape(self, text: str) -> str:
        """Return Markdown that refers to nothing, and that the vendor does not execute."""
        return escape(text, self.references)

    def title_of(self, draft: TicketDraft) -> str:
        return draft.title[: self.max_title_length].rstrip()

    def shown_title(self, draft: TicketDraft) -> str:
        return self.read_title(self.title_of(draft))

    def read_title(self, title: str) -> str:
        """Return the title as in the draft."""
        return title

    def owns(self, external_id: str) -> bool:
        # Both vendors ignore case.
        return external_id.rpartition("#")[0].lower() == self.repository.lower()

    def get_ticket(self, external_id: str) -> Ticket:
        return self.parse(self.request("GET", self.issue_path(external_id)), self.read_issue)

    def read_tickets(self, page: Response) -> list[Ticket]:
        """Read a page of the list of issues."""
        read = self.parse(page, lambda issues: self.read_rows(issues, self.read_list_item, self.ticket_id_of))
        return [ticket for ticket in read if ticket]

    def read_list_item(self, issue: Any) -> Ticket | None:
        """Read an entry of the list of issues; None for one that is no issue."""
        return self.read_issue(issue)

    def ticket_id_of(self, issue: Any) -> str:
        # Both vendors ignore case: a connection that writes the repository otherwise has the same tickets.
        return self.ticket_key_of(issue).lower()

    def ticket_key_of(self, issue: Any) -> str:
        return f"{self.repository}#{int(issue[self.number_field])}"

    def is_missing(self, response: Response) -> bool:
        is_transferred = 300 <= response.status < 400 and ISSUE_PATH.search(urlsplit(response.url).path)
        return super().is_missing(response) or bool(is_transferred)

    def refusal(self, response: Response) -> str:
        number = ISSUE_PATH.search(urlsplit(response.url).path)
        if number and 300 <= response.status < 400:
            return (
                f"{self.repository}#{number[1]} was moved to another repository, whose issues this connection does not "
                f"sync: move it back, or its task and the issue no longer follow each other."
            )
        return super().refusal(response)

    def create_ticket(self, draft: TicketDraft) -> Ticket:
        # Without write access the vendor silently drops the labels; the response shows which it has set.
        body = self.new_issue(draft)
        return self.parse(self.request("POST", self.repository_path("/issues"), json=body), self.read_issue)

    def new_issue(self, draft: TicketDraft) -> dict[str, Any]:
        return {
            "title": self.title_of(draft),
            self.body_field: block(draft, self.escape(draft.text)),
            "labels": sorted(self.own_labels(draft)),
        }

    def update_ticket(self, ticket: Ticket, draft: TicketDraft, fields: Iterable[str]) -> Ticket:
        changes = self.issue_changes(ticket, draft, set(fields))
        if not changes:
            return ticket
        response = self.request(self.update_method, self.issue_path(ticket.external_id), json=changes)
        return self.parse(response, self.read_issue)

    def issue_changes(self, ticket: Ticket, draft: TicketDraft, fields: set[str]) -> dict[str, Any]:
        changes: dict[str, Any] = {}
        if "title" in fields:
            changes["title"] = self.title_of(draft)
        if fields & {"status", "priority", "campaigns"}:
            changes |= self.label_change(ticket.labels, draft)
        if fields & {"due", "text", "priority"}:
            changes[self.body_field] = merged_body(ticket.body, draft, self.escape(draft.text))
        if "closed" in fields:
            changes |= self.state_change(ticket, draft)
        return changes

    def close_duplicate(self, ticket: Ticket, original: Ticket) -> None:
        # Without the marker, it is an issue like any other: a person who reopens it decides.
        body = f"{duplicate_note(original.url or original.key)}\n\n{without_marker(ticket.body)}"
        changes = {self.body_field: body, **self.duplicate_change}
        self.request(self.update_method, self.issue_path(ticket.external_id), json=changes)

    def comment_ids(self, external_id: str, marker: str) -> list[str]:
        pages = self.linked_pages(self.issue_path(external_id) + self.comments_path, {"per_page": 100})
        mark = comment_mark(marker)
        found = [number for page in pages for number in self.parse_list(page, partial(_with_mark, mark=mark))]
        return sorted(found, key=int)

    def delete_repeated_comments(self, external_id: str, marker: str) -> None:
        for number in self.comment_ids(external_id, marker)[1:]:
            self.request("DELETE", self.comment_path(external_id, number))

    def post_comment(self, external_id: str, text: str, marker: str) -> None:
        body = f"{self.escape(text)}\n\n{comment_mark(marker)}"
        path = self.issue_path(external_id) + self.comments_path
        # An answer without an id may be that of a proxy: the next attempt looks for the comment.
        self.parse(self.request("POST", path, json={"body": body}), lambda comment: int(comment["id"]))

    def issue_path(self, external_id: str) -> str:
        """Return an issue's path. Raises ProviderRefused for another repository's."""
        number = external_id.rpartition("#")[2]
        if not self.owns(external_id) or not number.isdecimal():
            raise ProviderRefused(f"{external_id} is not an issue of {self.repository}.")
        return self.repository_path(f"/issues/{number}")

    def read_issue(self, issue: Any) -> Ticket:
        labels = tuple(str(label if isinstance(label, str) else label["name"]) for label in issue["labels"])
        body = issue.get(self.body_field) or ""
        return Ticket(
            external_id=self.ticket_id_of(issue),
            key=self.ticket_key_of(issue),
            url=str(issue[self.url_field]),
            title=self.read_title(text(issue["title"])),
            state=self.state_of(issue, labels),
            updated_at=parse_timestamp(issue["updated_at"]),
            body=body,
            labels=labels,
            marker=marker_in(body),
            attempt=attempt_in(body),
            is_moved=bool(issue.get("moved_to_id")),
        )


def campaign_label(name: str) -> str:
    # GitLab separates labels by commas.
    return CAMPAIGN_LABEL + " ".join(name.replace(",", " ").split())


def is_own_label(label: str) -> bool:
    return label.startswith((STATUS_LABEL, PRIORITY_LABEL, CAMPAIGN_LABEL))


def cut_to_utf16(text: str, units: int) -> str:
    """Return the start of a text, at most so many UTF-16 code units: as Java counts, an emoji has two."""
    start = text.encode("utf-16-le", "surrogatepass")[: 2 * units].decode("utf-16-le", "surrogatepass")
    is_half = "\ud800" <= start[-1:] <= "\udbff"
    return start[:-1] if is_half else start


def comment_mark(marker: str) -> str:
    return f"<!-- krafter-comment:{marker} -->"


def duplicate_note(original: str) -> str:
    return f"Duplicate of {original}: a delayed request of Krafter Audit created this one, too."


def _with_mark(comments: Any, mark: str) -> list[str]:
    return [str(int(comment["id"])) for comment in comments if mark in str(comment.get("body") or "")]
