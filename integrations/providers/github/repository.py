"""Pull requests and commits of GitHub.

Source: GitHub REST API, "Get a pull request" and "Compare two commits".
"""

import re
from typing import Any
from urllib.parse import quote, urlsplit

from integrations.providers.github.client import GitHubClient
from integrations.providers.repositories import MergeState, Repository

# The deployed commit is the other one, or has it in its history.
CONTAINING = frozenset({"ahead", "identical"})


class GitHubRepository(GitHubClient, Repository):
    def pull_request_number(self, url: str) -> int | None:
        found = re.fullmatch(
            rf"/{re.escape(self.repository)}/pull/(\d{{1,9}})/?", urlsplit(url).path, re.IGNORECASE
        )
        return int(found[1]) if found else None

    def merge_state(self, number: int) -> MergeState:
        response = self.request("GET", self.repository_path(f"/pulls/{number}"))
        return self.parse(response, _merge_state)

    def contains(self, deployed: str, commit: str) -> bool:
        # One commit a page: only the status is read.
        path = f"/compare/{quote(commit, safe='')}...{quote(deployed, safe='')}"
        response = self.request("GET", self.repository_path(path), params={"per_page": 1})
        return self.parse(response, lambda body: str(body["status"]) in CONTAINING)


def _merge_state(body: Any) -> MergeState:
    is_merged = body.get("merged") is True or bool(body.get("merged_at"))
    sha = str(body["merge_commit_sha"]) if is_merged else ""
    return MergeState(sha, is_closed=body["state"] == "closed")
