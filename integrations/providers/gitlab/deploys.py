"""Deployments and releases of GitLab.

Source: GitLab REST API, "List project deployments" and "List releases".
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from integrations.providers.deploys import DeploySource
from integrations.providers.gitlab.client import GitLabClient
from integrations.providers.types import DeployBatch, ReportedDeploy
from krafter_audit.http.timestamps import format_timestamp, parse_timestamp

MAX_PAGES = 10
MAX_RELEASES = 30


class GitLabDeploys(GitLabClient, DeploySource):
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
            changed += self.parse(page, lambda body: [_deploy(each) for each in body])
            if number == MAX_PAGES:
                self.notes.append(f"Only the newest {MAX_PAGES * 100} deployments were read.")
                break
        if changed:
            yield DeployBatch([deploy for _, deploy in reversed(changed)], changed[0][0])

    def releases(self, since: datetime) -> Sequence[ReportedDeploy]:
        query = {"order_by": "released_at", "sort": "desc", "per_page": MAX_RELEASES}
        response = self.request("GET", self.repository_path("/releases"), params=query)
        found = self.parse(response, lambda body: [_release(each) for each in body if _is_final(each)])
        return [release for release in found if release.finished_at and release.finished_at >= since]


def deployment_id(number: Any) -> str:
    return f"gitlab/deployments/{int(number)}"


def _deploy(row: Any) -> tuple[datetime, ReportedDeploy]:
    changed_at = parse_timestamp(row["updated_at"])
    # A deployment that was made by the API has no job.
    finished_at = (row.get("deployable") or {}).get("finished_at")
    return changed_at, ReportedDeploy(
        external_id=deployment_id(row["id"]),
        sha=str(row["sha"]),
        environment=str(row["environment"]["name"]),
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
