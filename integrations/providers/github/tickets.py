"""Issues of GitHub for tasks, and the pull requests that refer to them.

Scopes: `repo` (or `public_repo`); fine-grained: Issues read and write, Pull requests read, Metadata read.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from integrations.providers import escaped_markdown
from integrations.providers.github.client import GitHubClient
from integrations.providers.tickets import IssueTracker, is_own_label
from integrations.providers.types import Ticket, TicketDraft, TicketState, text
from krafter_audit.http.timestamps import format_timestamp

STARTED_LABEL = "krafter:in_progress"
IS_CLOSED = {"open": False, "closed": True}
NOT_FIXED_REASONS = ("not_planned", "duplicate")


class GitHubTickets(GitHubClient, IssueTracker):
    number_field = "number"
    url_field = "html_url"
    body_field = "body"
    comments_path = "/comments"
    update_method = "PATCH"
    duplicate_change = {"state": "closed", "state_reason": "duplicate"}
    max_title_length = 256
    max_label_length = 50
    references = escaped_markdown.GITHUB_REFERENCES

    def changed_tickets(self, since: datetime) -> Iterator[Sequence[Ticket]]:
        query = {
            "state": "all",
            "sort": "updated",
            "direction": "desc",
            "since": format_timestamp(since),
            "per_page": 100,
        }
        for page in self.linked_pages(self.repository_path("/issues"), query):
            yield self.read_tickets(page)

    def read_list_item(self, issue: Any) -> Ticket | None:
        # GitHub's list of issues contains pull requests.
        return None if issue.get("pull_request") else self.read_issue(issue)

    def comment_path(self, external_id: str, comment_id: str) -> str:
        return self.repository_path(f"/issues/comments/{comment_id}")

    def find_pull_request(self, external_id: str) -> str | None:
        found = None
        for page in self.linked_pages(self.issue_path(external_id) + "/timeline", {"per_page": 100}):
            # The timeline is in the order of time: the last reference counts.
            found = self.parse_list(page, self._last_pull_request) or found
        return found

    def _last_pull_request(self, events: Any) -> str | None:
        found = None
        for event in events:
            source = (event.get("source") or {}).get("issue") or {}
            url = str(source.get("html_url") or "")
            is_reference = text(event.get("event", "")) == "cross-referenced" and source.get("pull_request")
            if is_reference and self._is_of_this_repository(url):
                found = url
        return found

    def _is_of_this_repository(self, url: str) -> bool:
        # Anybody can refer to a public issue from another repository.
        parts = urlsplit(url)
        start = f"/{self.repository}/pull/".lower()
        return parts.scheme in ("http", "https") and parts.path.lower().startswith(start)

    def state_of(self, issue: Any, labels: Sequence[str]) -> TicketState:
        if IS_CLOSED[issue["state"]]:
            not_fixed = issue.get("state_reason") in NOT_FIXED_REASONS
            return TicketState.DROPPED if not_fixed else TicketState.CLOSED
        is_started = STARTED_LABEL in map(str.lower, labels)
        return TicketState.STARTED if is_started else TicketState.OPEN

    def state_change(self, ticket: Ticket, draft: TicketDraft) -> dict[str, str]:
        if draft.closed:
            reason = "not_planned" if draft.is_dismissed else "completed"
            return {"state": "closed", "state_reason": reason}
        return {"state": "open", "state_reason": "reopened"}

    def label_change(self, present: Sequence[str], draft: TicketDraft) -> dict[str, list[str]]:
        # GitHub replaces the whole list. It ignores case, and shows a label as the repository has it.
        foreign = {label for label in present if not is_own_label(label.lower())}
        return {"labels": sorted(foreign | self.own_labels(draft))}
