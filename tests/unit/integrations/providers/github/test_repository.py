"""Deployments and releases of GitHub."""

from datetime import timedelta

import pytest

from integrations.providers.github import GitHub, repository
from tests.fakes.trackers.github import FakeGitHub

SHA, OTHER = "a" * 40, "b" * 40
DAY = timedelta(days=1)


def shas(provider: GitHub, github: FakeGitHub, days: int = 7) -> list[list[str]]:
    """Return the commits of each batch of the deploys of the last days."""
    batches = provider.changed_deploys(github.now - days * DAY)
    return [[deploy.sha for deploy in batch.deploys] for batch in batches]


def test_success_is_the_end_even_if_another_deployment_has_replaced_it(
    provider: GitHub, github: FakeGitHub
) -> None:
    started_at = github.now
    number = github.deploy(SHA, "in_progress", "success", "inactive")

    (batch,) = provider.changed_deploys(github.now - DAY)

    (found,) = batch.deploys
    assert (found.external_id, found.sha, found.environment) == (
        f"github/deployments/{number}",
        SHA,
        "production",
    )
    assert (found.started_at, found.finished_at) == (started_at, started_at + timedelta(minutes=2))
    assert batch.until == started_at + timedelta(minutes=3)


def test_deployments_without_success_are_left_out(provider: GitHub, github: FakeGitHub) -> None:
    for state in ("waiting", "queued", "in_progress", "failure", "error", "inactive"):
        github.deploy(SHA, state)

    assert shas(provider, github) == [[]]


def test_batches_are_in_the_order_of_changes(
    provider: GitHub, github: FakeGitHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repository, "BATCH_SIZE", 1)
    slow = github.deploy(SHA, "in_progress")
    github.deploy(OTHER)
    github.set_status(slow, "success")

    assert shas(provider, github) == [[OTHER], [SHA]]


def test_list_is_read_until_a_deployment_that_is_too_old_to_end(provider: GitHub, github: FakeGitHub) -> None:
    github.page_size = 1
    for _ in range(4):
        github.deploy(SHA)
        github.now += 5 * DAY

    shas(provider, github, days=1)

    assert len(github.received("GET", "/deployments")) == 2


def test_empty_page_does_not_end_the_list(provider: GitHub, github: FakeGitHub) -> None:
    github.deploy(SHA)
    link = f'<{github.url}/repos/{github.repository}/deployments?page=1>; rel="next"'
    github.next_answer("GET", "/deployments$", (200, {"Link": link}, []))

    assert shas(provider, github) == [[SHA]]


def test_number_of_pages_is_limited(
    provider: GitHub, github: FakeGitHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repository, "MAX_PAGES", 2)
    github.page_size = 1
    for number in range(4):
        github.deploy(f"{number}" * 40)

    assert shas(provider, github) == [["2" * 40, "3" * 40]]
    assert provider.notes == ["Only the newest 200 deployments were read."]


def test_releases_have_the_commit_of_their_tag(provider: GitHub, github: FakeGitHub) -> None:
    github.release("web/v1.0", SHA, target_commitish="main")
    github.release("v2.0-draft", OTHER, draft=True, published_at=None)
    github.release("v2.0-rc1", OTHER, prerelease=True)

    (found,) = provider.releases(github.now - DAY)

    assert (found.external_id, found.sha, found.finished_at) == ("github/releases/1", SHA, github.now)


def test_earlier_release_costs_no_request(provider: GitHub, github: FakeGitHub) -> None:
    github.release("v1.0", SHA)

    assert provider.releases(github.now + DAY) == []
    assert len(github.requests) == 1


def test_release_without_its_tag_is_noted(provider: GitHub, github: FakeGitHub) -> None:
    github.release("v1.0", SHA)
    github.release("v1.1", OTHER)
    del github.tags["v1.0"]

    found = provider.releases(github.now - DAY)

    assert [release.sha for release in found] == [OTHER]
    assert provider.notes[0].startswith("The commit of release v1.0 is not known: ")
