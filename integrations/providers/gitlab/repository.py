"""Merge requests and commits of GitLab.

Source: GitLab REST API, "Get single MR" and "Merge Base".
"""

import re
from typing import Any
from urllib.parse import unquote, urlsplit

from integrations.providers.gitlab.client import GitLabClient
from integrations.providers.repositories import MergeState, Repository

PATH = re.compile(r"/(?P<project>.+?)(?:/-)?/merge_requests/(?P<number>\d{1,9})/?")
# The state, and whether the merge request is closed.
STATES = {"opened": False, "locked": False, "closed": True, "merged": True}


class GitLabRepository(GitLabClient, Repository):
    def pull_request_number(self, url: str) -> int | None:
        found = PATH.fullmatch(unquote(urlsplit(url).path))
        # A project that is given by its number cannot be compared with a path: GitLab answers for that project only.
        is_ours = found and (
            self.repository.isdecimal() or found["project"].lower() == self.repository.lower()
        )
        return int(found["number"]) if found and is_ours else None

    def merge_state(self, number: int) -> MergeState:
        response = self.request("GET", self.repository_path(f"/merge_requests/{number}"))
        return self.parse(response, _merge_state)

    def contains(self, deployed: str, commit: str) -> bool:
        params = {"refs[]": [commit, deployed]}
        response = self.request("GET", self.repository_path("/repository/merge_base"), params=params)
        return self.parse(response, lambda body: str(body["id"]).startswith(commit))


def _merge_state(body: Any) -> MergeState:
    state = body["state"]
    is_closed = STATES[state]
    # With squash and without a merge commit, the commit of the target branch is the squashed one, or the last one.
    shas = (body.get("merge_commit_sha"), body.get("squash_commit_sha"), body.get("sha"))
    sha = next((str(each) for each in shas if each), "") if state == "merged" else ""
    return MergeState(sha, is_closed=is_closed)
