"""Deployments and releases, merge requests and commits of GitLab.

Source: GitLab REST API, "List project deployments", "List releases", "Get single MR" and "Merge Base".
"""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote, urlsplit

from integrations.providers.gitlab.client import GitLabClient
from integrations.providers.repositories import MergeState
from integrations.providers.types import DeployBatch, ReportedDeploy, text
from krafter_audit.http.timestamps import format_timestamp, parse_timestamp

MAX_PAGES = 10
MAX_RELEASES = 30
MERGE_REQUEST_PATH = re.compile(r"/(?P<project>.+?)(?:/-)?/merge_requests/(?P<number>\d{1,9})/?")
# The state, and whether the merge request is closed.
IS_CLOSED = {"opened": False, "locked": False, "closed": True, "merged": True}


class GitLabRepository(GitLabClient):
    def changed_deploys(self, since: datetime) -> Iterator[DeployBatch]:
        # The newest first: a deployment that changes while the pages are read is read twice, and none is missed.
        query = {
            "status": "success",
            "order_by": "updated_at",
            "sort": "desc",
            "updated_after": format_timestamp(since),
            "per_page": 100,
        }
        changed: list[tuple[datetime, ReportedDeploy]] = []
        for number, page in enumerate(self.linked_pages(self.repository_path("/deployments"), query), 1):
            changed += self.parse_list(page, lambda body: [_deploy(row) for row in body])
            if number == MAX_PAGES:
                self.notes.append(f"Only the newest {MAX_PAGES * 100} deployments were read.")
                break
        if changed:
            yield DeployBatch([deploy for _, deploy in reversed(changed)], changed[0][0])

    def releases(self, since: datetime) -> Sequence[ReportedDeploy]:
        query = {"order_by": "released_at", "sort": "desc", "per_page": MAX_RELEASES}
        response = self.request("GET", self.repository_path("/releases"), params=query)
        found = self.parse_list(response, lambda body: [_release(row) for row in body if _is_final(row)])
        return [release for release in found if release.finished_at and release.finished_at >= since]

    def pull_request_number(self, url: str) -> int | None:
        found = MERGE_REQUEST_PATH.fullmatch(unquote(urlsplit(url).path))
        # A project that is given by its number cannot be compared with a path: GitLab answers for that project only.
        if found and (self.repository.isdecimal() or found["project"].lower() == self.repository.lower()):
            return int(found["number"])
        return None

    def merge_state(self, number: int) -> MergeState:
        response = self.request("GET", self.repository_path(f"/merge_requests/{number}"))
        return self.parse(response, _merge_state)

    def contains(self, deployed: str, commit: str) -> bool:
        params = {"refs[]": [commit, deployed]}
        response = self.request("GET", self.repository_path("/repository/merge_base"), params=params)
        return self.parse(response, lambda body: str(body["id"]).startswith(commit))


def deployment_id(number: Any) -> str:
    return f"gitlab/deployments/{int(number)}"


def _deploy(row: Any) -> tuple[datetime, ReportedDeploy]:
    changed_at = parse_timestamp(row["updated_at"])
    # A deployment that was made by the API has no job.
    finished_at = (row.get("deployable") or {}).get("finished_at")
    return changed_at, ReportedDeploy(
        external_id=deployment_id(row["id"]),
        sha=text(row["sha"]),
        environment=text(row["environment"]["name"]),
        url=str(row["environment"].get("external_url") or ""),
        started_at=None,
        finished_at=parse_timestamp(finished_at) if finished_at else changed_at,
    )


def _is_final(release: Any) -> bool:
    # Guests do not see the commit; a release may be announced for a later day.
    is_upcoming = release.get("upcoming_release") is True
    return bool(release.get("commit")) and not is_upcoming and _released_at(release) <= datetime.now(UTC)


def _release(row: Any) -> ReportedDeploy:
    sha = str(row["commit"]["id"])
    return ReportedDeploy(
        # A tag can be deleted and made again at another commit.
        external_id=f"gitlab/releases/{row['tag_name']}/{sha}",
        sha=sha,
        environment="",
        url="",
        started_at=_released_at(row),
        finished_at=_released_at(row),
    )


def _released_at(row: Any) -> datetime:
    return parse_timestamp(row["released_at"])


def _merge_state(body: Any) -> MergeState:
    state = body["state"]
    is_closed = IS_CLOSED[state]
    # With squash and without a merge commit, the commit of the target branch is the squashed one, or the last one.
    shas = (body.get("merge_commit_sha"), body.get("squash_commit_sha"), body.get("sha"))
    sha = next(map(str, filter(None, shas)), "") if state == "merged" else ""
    return MergeState(sha, is_closed=is_closed)
