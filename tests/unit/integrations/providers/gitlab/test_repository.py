"""Deployments and releases of GitLab."""

from datetime import timedelta
from typing import Any

import pytest

from integrations.providers.gitlab import GitLab, repository
from tests.fakes.trackers.gitlab import FakeGitLab

SHA, OTHER = "a" * 40, "b" * 40
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


def test_deploy_ends_with_its_job(provider: GitLab, gitlab: FakeGitLab) -> None:
    number = gitlab.deploy(SHA)
    gitlab.deployments[0]["deployable"]["finished_at"] = "2026-11-27T10:00:00Z"

    (batch,) = provider.changed_deploys(gitlab.now - DAY)

    (found,) = batch.deploys
    assert (found.external_id, found.sha, found.environment, found.url) == (
        f"gitlab/deployments/{number}",
        SHA,
        "production",
        "",
    )
    assert found.finished_at
    assert found.finished_at.isoformat() == "2026-11-27T10:00:00+00:00"
    assert abs(batch.until - gitlab.now) < MINUTE


def test_deployment_without_a_job_ends_with_its_last_change(provider: GitLab, gitlab: FakeGitLab) -> None:
    gitlab.deploy(SHA)
    gitlab.deployments[0]["deployable"] = None

    (batch,) = provider.changed_deploys(gitlab.now - DAY)

    assert batch.deploys[0].finished_at == batch.until


def test_only_deployments_that_succeeded_are_requested(provider: GitLab, gitlab: FakeGitLab) -> None:
    for state in ("created", "running", "failed", "canceled", "blocked"):
        gitlab.deploy(SHA, state)

    assert list(provider.changed_deploys(gitlab.now - DAY)) == []


def test_pages_become_one_batch_in_the_order_of_changes_and_are_limited(
    provider: GitLab, gitlab: FakeGitLab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repository, "MAX_PAGES", 2)
    gitlab.page_size = 1
    for number in range(4):
        gitlab.deploy(f"{number}" * 40)

    (batch,) = provider.changed_deploys(gitlab.now - DAY)

    assert [deploy.sha[0] for deploy in batch.deploys] == ["2", "3"]
    assert provider.notes == ["Only the newest 200 deployments were read."]


@pytest.mark.parametrize(
    "fields", [{"upcoming_release": True}, {"released_at": "2999-01-01T00:00:00Z"}, {"commit": None}]
)
def test_release_that_is_not_final_is_left_out(
    provider: GitLab, gitlab: FakeGitLab, fields: dict[str, Any]
) -> None:
    gitlab.release("v1.0", SHA)
    gitlab.release("v2.0", OTHER, **fields)

    found = provider.releases(gitlab.now - DAY)

    assert [release.external_id for release in found] == [f"gitlab/releases/v1.0/{SHA}"]
