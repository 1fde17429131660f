"""Issues of GitLab for tasks, and the merge requests that close them."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from integrations.providers import escaped_markdown
from integrations.providers.gitlab.client import GitLabClient
from integrations.providers.tickets import IssueTracker, campaign_label, is_own_label
from integrations.providers.types import Ticket, TicketDraft, TicketState, text
from krafter_audit.http.timestamps import format_timestamp

# GitLab removes HTML from the name of a label.
HTML = re.compile(r"[<>]|&(?=#?\w+;)")
COLONS = re.compile(r":{2,}")
QUICK_ACTION = re.compile(r"(^|[\r\n])([ \t]*)/")
STARTED_LABELS = frozenset({"krafter:in_progress", "Doing"})  # ours, and that of GitLab's own board
DISMISSED_LABEL = "krafter:dismissed"
IS_CLOSED = {"opened": False, "locked": False, "closed": True}


class GitLabTickets(GitLabClient, IssueTracker):
    number_field = "iid"
    url_field = "web_url"
    body_field = "description"
    comments_path = "/notes"
    update_method = "PUT"
    duplicate_change = {"state_event": "close"}
    max_title_length = 255
    max_label_length = 255
    references = escaped_markdown.GITLAB_REFERENCES

    def changed_tickets(self, since: datetime) -> Iterator[Sequence[Ticket]]:
        # The newest first: an issue that changes while the pages are read is read twice, and none is missed.
        query = {
            "scope": "all",
            "state": "all",
            "order_by": "updated_at",
            "sort": "desc",
            "updated_after": format_timestamp(since),
            "per_page": 100,
        }
        for page in self.linked_pages(self.repository_path("/issues"), query):
            yield self.read_tickets(page)

    def new_issue(self, draft: TicketDraft) -> dict[str, Any]:
        return {
            **super().new_issue(draft),
            **({"due_date": draft.due_day} if draft.due else {}),
            # Only members of the project see a confidential issue, and so the vulnerability.
            **({"confidential": True} if draft.confidential else {}),
        }

    def issue_changes(self, ticket: Ticket, draft: TicketDraft, fields: set[str]) -> dict[str, Any]:
        changes = super().issue_changes(ticket, draft, fields)
        if "closed" in fields and not draft.closed and DISMISSED_LABEL in ticket.labels:
            changes["remove_labels"] = sorted({*changes.get("remove_labels", []), DISMISSED_LABEL})
        return {**changes, "due_date": draft.due_day} if "due" in fields else changes

    def comment_path(self, external_id: str, comment_id: str) -> str:
        return f"{self.issue_path(external_id)}/notes/{comment_id}"

    def find_pull_request(self, external_id: str) -> str | None:
        # A merge request that closes the issue counts more than one that only refers to it.
        for relation in ("closed_by", "related_merge_requests"):
            found: list[tuple[int, str]] = []
            for page in self.linked_pages(f"{self.issue_path(external_id)}/{relation}", {}):
                found += self.parse_list(page, self._merge_requests)
            if found:
                return max(found)[1]
        return None

    def _merge_requests(self, merge_requests: Any) -> list[tuple[int, str]]:
        return [
            (int(merge_request["iid"]), str(merge_request["web_url"]))
            for merge_request in merge_requests
            if self._is_candidate(merge_request)
        ]

    def _is_candidate(self, merge_request: Any) -> bool:
        # Anybody can refer to a public issue from another project: only this one's open or merged ones count.
        is_url = text(merge_request["web_url"]).startswith(("https://", "http://"))
        if merge_request.get("state") == "closed" or not is_url:
            return False
        path = str((merge_request.get("references") or {}).get("full") or "").rpartition("!")[0]
        return self.repository.lower() in (path.lower(), str(merge_request.get("project_id")))

    def state_of(self, issue: Any, labels: Sequence[str]) -> TicketState:
        if not IS_CLOSED[issue["state"]]:
            return TicketState.OPEN if STARTED_LABELS.isdisjoint(labels) else TicketState.STARTED
        # Moved or a duplicate: closed here, but not fixed.
        elsewhere = issue.get("moved_to_id") or (issue.get("_links") or {}).get("closed_as_duplicate_of")
        return TicketState.DROPPED if elsewhere or DISMISSED_LABEL in labels else TicketState.CLOSED

    def state_change(self, ticket: Ticket, draft: TicketDraft) -> dict[str, str]:
        if draft.closed == ticket.state.is_closed:
            return {}
        return {"state_event": "close" if draft.closed else "reopen"}

    def label_change(self, present: Sequence[str], draft: TicketDraft) -> dict[str, list[str]]:
        # Labels are added and removed, so that concurrent changes by others stay.
        there, ours = {label for label in present if is_own_label(label)}, self.own_labels(draft)
        # People set it to say that they closed an issue without a fix; it goes when the issue is reopened.
        removed = there - ours - {DISMISSED_LABEL}
        changes = {"add_labels": sorted(ours - there), "remove_labels": sorted(removed)}
        return {name: labels for name, labels in changes.items() if labels}

    def campaign_label(self, name: str) -> str:
        # Labels with the same text before their last `::` are scoped: GitLab removes one when the other is added.
        return COLONS.sub(":", campaign_label(HTML.sub(" ", name)))

    def escape(self, text: str) -> str:
        # A line that begins with a slash is a quick action (/close, /assign): a finding's text must not run one.
        return QUICK_ACTION.sub(r"\1\2\\/", super().escape(text))

    def title_of(self, draft: TicketDraft) -> str:
        # GitLab looks for references and mentions in titles, too.
        return escaped_markdown.without_references(draft.title, self.references)[
            : self.max_title_length
        ].rstrip()

    def read_title(self, title: str) -> str:
        return escaped_markdown.with_references(title)
