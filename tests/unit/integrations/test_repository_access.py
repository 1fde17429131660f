"""Pull requests and commits of a connected repository, requested from GitHub and GitLab on loopback."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from pytest_django import Settings

from accounts.actors import SYSTEM
from accounts.models import Project
from assurance.repositories import RepositoryUnavailable
from integrations import repository_access, services
from integrations.providers.repositories import MergeState
from tests.fakes.specs import load_spec
from tests.fakes.vendor_server import Answer, FakeServer, Request, serve

pytestmark = pytest.mark.django_db
SECRET = "token-Zm9yLXRlc3RzLW9ubHk0NzEx"
PULL = "https://github.com/Acme/web-app/pull/7"
MERGE = "https://gitlab.com/acme/web-app/-/merge_requests/7"
MERGED, DEPLOYED = "a" * 40, "b" * 40
URLS = {"github": PULL, "gitlab": MERGE}
CREDENTIALS = {
    "github": {"token": SECRET, "repository": "acme/web-app"},
    "gitlab": {"token": SECRET, "project": "acme/web-app"},
}
STATES: dict[str, dict[str, Any]] = {
    "github": {
        "open": {"state": "open", "merged": False, "merge_commit_sha": "c" * 40},
        "closed": {"state": "closed", "merged": False, "merge_commit_sha": None},
        "merged": {"state": "closed", "merged": True, "merge_commit_sha": MERGED},
    },
    "gitlab": {
        "open": {"state": "opened", "merge_commit_sha": None, "squash_commit_sha": None, "sha": "c" * 40},
        "closed": {"state": "closed", "merge_commit_sha": None, "squash_commit_sha": None, "sha": "c" * 40},
        "merged": {"state": "merged", "merge_commit_sha": None, "squash_commit_sha": MERGED, "sha": "c" * 40},
    },
}
providers = pytest.mark.parametrize("provider", ["github", "gitlab"])


class Repositories:
    """Starts the vendors and connects the project to them."""

    def __init__(self, project: Project, stack: ExitStack, monkeypatch: pytest.MonkeyPatch) -> None:
        self._project, self._stack, self._monkeypatch = project, stack, monkeypatch

    def start(self, provider: str, *answers: Answer, is_described: bool = True) -> FakeServer:
        remaining = list(answers)

        def answer(request: Request) -> Answer:
            return remaining.pop(0) if remaining else (404, {}, {"message": "Not Found"})

        spec = load_spec(f"{provider}.json") if is_described else None
        served = self._stack.enter_context(serve(answer, spec))
        base = f"{served.url}/api/v4" if provider == "gitlab" else served.url
        self._monkeypatch.setenv(f"KRAFTER_{provider.upper()}_URL", base)
        services.connect(self._project, provider, credentials=CREDENTIALS[provider], by=SYSTEM)
        return served


@pytest.fixture
def repositories(
    project: Project, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Repositories]:
    settings.KRAFTER_ALLOWED_NETWORKS = "127.0.0.0/8"
    with ExitStack() as stack:
        yield Repositories(project, stack, monkeypatch)


@providers
@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("open", MergeState()),
        ("closed", MergeState(is_closed=True)),
        ("merged", MergeState(MERGED, is_closed=True)),
    ],
)
def test_state_of_a_pull_request(
    repositories: Repositories, project: Project, provider: str, state: str, expected: MergeState
) -> None:
    repositories.start(provider, (200, {}, STATES[provider][state]))

    assert repository_access.merge_state(project.pk, URLS[provider]) == expected


@pytest.mark.parametrize(
    ("provider", "body", "expected"),
    [
        ("github", {"status": "ahead"}, True),
        ("github", {"status": "identical"}, True),
        ("github", {"status": "behind"}, False),
        ("github", {"status": "diverged"}, False),
        ("gitlab", {"id": MERGED}, True),
        ("gitlab", {"id": "c" * 40}, False),
    ],
)
def test_deploy_contains_a_commit(
    repositories: Repositories, project: Project, provider: str, body: dict[str, Any], expected: bool
) -> None:
    # The stored descriptions of the vendors leave out the comparison of commits.
    server = repositories.start(provider, (200, {}, body), is_described=False)

    assert repository_access.contains(project.pk, URLS[provider], DEPLOYED, MERGED) is expected
    assert DEPLOYED in server.requests[0].target


@pytest.mark.parametrize(
    "url",
    [
        "https://github.com/acme/other/pull/7",
        "https://github.com/acme/web-app/issues/7",
        "https://github.com/acme/web-app/pull/7/files",
        "https://gitlab.com/acme/other/-/merge_requests/7",
    ],
)
def test_other_repository_is_not_requested(repositories: Repositories, project: Project, url: str) -> None:
    servers = [repositories.start(provider) for provider in ("github", "gitlab")]

    with pytest.raises(RepositoryUnavailable) as error:
        repository_access.merge_state(project.pk, url)

    assert error.value.is_final
    assert [server.requests for server in servers] == [[], []]


def test_repository_that_is_not_connected_is_a_final_error(project: Project) -> None:
    with pytest.raises(RepositoryUnavailable) as error:
        repository_access.merge_state(project.pk, PULL)
    assert error.value.is_final


@providers
@pytest.mark.parametrize(("status", "is_final"), [(404, True), (403, True), (500, False), (503, False)])
def test_refusal_is_final_and_an_outage_is_not(
    repositories: Repositories, project: Project, provider: str, status: int, is_final: bool
) -> None:
    repositories.start(provider, *[(status, {}, {"message": f"no {SECRET}"})] * 3)

    with pytest.raises(RepositoryUnavailable) as error:
        repository_access.merge_state(project.pk, URLS[provider])

    assert error.value.is_final is is_final
    assert SECRET not in str(error.value)


@providers
def test_answer_of_another_form_is_not_taken_for_a_state(
    repositories: Repositories, project: Project, provider: str
) -> None:
    repositories.start(provider, (200, {}, {"state": None, "merged": True}))

    with pytest.raises(RepositoryUnavailable):
        repository_access.merge_state(project.pk, URLS[provider])
