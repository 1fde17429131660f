"""Deployments and releases, pull requests and commits of GitHub.

Source: GitHub REST API, "List deployments", "List deployment statuses", "List releases", "Get a commit", "Get a pull
request" and "Compare two commits".
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlsplit

from integrations.providers.errors import ProviderRefused
from integrations.providers.github.client import GitHubClient
from integrations.providers.repositories import MergeState
from integrations.providers.types import DeployBatch, ReportedDeploy, text
from krafter_audit.http.timestamps import parse_timestamp

MAX_DURATION = timedelta(days=7)  # from the creation of a deployment to its end: it may wait for a person
MAX_PAGES = 10
BATCH_SIZE = 20  # deployments whose statuses are requested, a request for each
MAX_RELEASES = 30
# The deployed commit is the other one, or has it in its history.
CONTAINING_STATUSES = frozenset({"ahead", "identical"})


@dataclass(frozen=True)
class Deployment:
    number: int
    sha: str
    environment: str
    created_at: datetime
    changed_at: datetime


@dataclass(frozen=True)
class Release:
    number: int
    tag: str
    published_at: datetime


class GitHubRepository(GitHubClient):
    def changed_deploys(self, since: datetime) -> Iterator[DeployBatch]:
        changed = sorted(self._changed_deployments(since), key=lambda deployment: deployment.changed_at)
        for start in range(0, len(changed), BATCH_SIZE):
            batch = changed[start : start + BATCH_SIZE]
            found = [self._deploy(deployment) for deployment in batch]
            yield DeployBatch([deploy for deploy in found if deploy], batch[-1].changed_at)

    def _changed_deployments(self, since: datetime) -> list[Deployment]:
        # The list has the newest first, and no filter by time.
        changed: list[Deployment] = []
        pages = self.linked_pages(self.repository_path("/deployments"), {"per_page": 100})
        for number, page in enumerate(pages, 1):
            listed = self.parse_list(page, lambda body: [_deployment(row) for row in body])
            changed += [deployment for deployment in listed if deployment.changed_at >= since]
            if listed and listed[-1].created_at < since - MAX_DURATION:
                break
            if number == MAX_PAGES:
                self.notes.append(f"Only the newest {MAX_PAGES * 100} deployments were read.")
                break
        return changed

    def _deploy(self, deployment: Deployment) -> ReportedDeploy | None:
        path = self.repository_path(f"/deployments/{deployment.number}/statuses")
        response = self.request("GET", path, params={"per_page": 100})
        success = self.parse_list(response, _success)
        if success is None:
            return None
        finished_at, url = success
        return ReportedDeploy(
            external_id=deployment_id(deployment.number),
            sha=deployment.sha,
            environment=deployment.environment,
            url=url,
            started_at=deployment.created_at,
            finished_at=finished_at,
        )

    def releases(self, since: datetime) -> Sequence[ReportedDeploy]:
        response = self.request("GET", self.repository_path("/releases"), params={"per_page": MAX_RELEASES})
        published = self.parse_list(response, lambda body: [_release(row) for row in body if _is_final(row)])
        found = [self._released(release) for release in published if release.published_at >= since]
        return [release for release in found if release]

    def _released(self, release: Release) -> ReportedDeploy | None:
        # The release names only the branch from which its tag may have been made.
        path = self.repository_path(f"/commits/{quote(f'tags/{release.tag}', safe='')}")
        try:
            response = self.request("GET", path)
        except ProviderRefused as error:  # such as a tag that was deleted
            self.notes.append(f"The commit of release {release.tag} is not known: {error}")
            return None
        return ReportedDeploy(
            external_id=f"github/releases/{release.number}",
            sha=self.parse(response, lambda commit: text(commit["sha"])),
            environment="",
            url="",
            started_at=release.published_at,
            finished_at=release.published_at,
        )

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
        return self.parse(response, lambda body: str(body["status"]) in CONTAINING_STATUSES)


def deployment_id(number: Any) -> str:
    return f"github/deployments/{int(number)}"


def _deployment(row: Any) -> Deployment:
    return Deployment(
        int(row["id"]),
        text(row["sha"]),
        text(row["environment"]),
        parse_timestamp(row["created_at"]),
        parse_timestamp(row["updated_at"]),
    )


def _success(statuses: Any) -> tuple[datetime, str] | None:
    # The newest is first. Later ones follow a success: `inactive` when another deployment replaces it.
    for status in reversed(statuses):
        if text(status["state"]) == "success":
            return parse_timestamp(status["created_at"]), str(status.get("environment_url") or "")
    return None


def _is_final(release: Any) -> bool:
    return not release["draft"] and not release["prerelease"]


def _release(row: Any) -> Release:
    return Release(int(row["id"]), text(row["tag_name"]), parse_timestamp(row["published_at"]))


def _merge_state(body: Any) -> MergeState:
    is_merged = body.get("merged") is True or bool(body.get("merged_at"))
    sha = str(body["merge_commit_sha"]) if is_merged else ""
    return MergeState(sha, is_closed=body["state"] == "closed")
