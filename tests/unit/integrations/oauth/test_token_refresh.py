"""Connecting by code, and tokens that are refreshed in time."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.checks import run_checks
from django.db import connection

from accounts.actors import SYSTEM
from accounts.models import Project
from integrations import credentials, services
from integrations.errors import IntegrationChanged, SignInRefused, SignInUnavailable
from integrations.models import Integration
from integrations.oauth import flow as oauth
from integrations.oauth.token_refresh import TokenManager
from integrations.provider_settings import provider_settings
from integrations.providers.registry import PROVIDER_CLASSES
from krafter_audit.http.client import Client
from tests.fakes.trackers.github import FakeGitHub
from tests.unit.integrations.conftest import CREDENTIALS, MakeTask, connect_by_code

pytestmark = pytest.mark.django_db
Sync = Callable[[], Integration]
TOKENS = {
    "access_token": "ghu_first",
    "refresh_token": "ghr_first",
    "expires_in": 28800,
    "token_type": "bearer",
}


@pytest.fixture(autouse=True)
def oauth_client(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KRAFTER_GITHUB_CLIENT_ID", "Iv1.of-ours")
    monkeypatch.setenv("KRAFTER_GITHUB_CLIENT_SECRET", "client-secret")


def connect(project: Project, **extra: str) -> Integration:
    return connect_by_code(project, "github", auth_code="code-1", **extra)


def stored() -> dict[str, Any]:
    return credentials.open_credentials(Integration.objects.get())


def test_sign_in_keeps_the_repository_and_replaces_the_token(project: Project, github: FakeGitHub) -> None:
    services.connect(project, "github", credentials={**CREDENTIALS, "note": "x"}, by=SYSTEM)
    github.token_answers.append((200, {}, {"access_token": "gho_classic"}))

    connect(project)

    assert stored() == {"token": "gho_classic", "repository": "acme/web-app"}


def test_credentials_without_secrets_keep_the_token(project: Project, github: FakeGitHub) -> None:
    signed_in(project, refresh_in=60)
    services.connect(project, "github", credentials={"repository": "acme/other"}, by=SYSTEM)
    chosen = stored()
    services.connect(project, "github", credentials={"repository": "acme/third", "token": "x"}, by=SYSTEM)

    assert (chosen["token"], chosen["refresh_token"]) == ("ghu_first", "ghr_first")
    assert chosen["repository"] == "acme/other"
    assert stored() == {"repository": "acme/third", "token": "x"}


@pytest.mark.parametrize(
    "answer",
    [
        (200, {}, {"error": "bad_verification_code", "error_description": "The code is code-1"}),
        (400, {}, {"error": "invalid_grant"}),
        (401, {}, {"error": "invalid_client"}),
        (200, {}, {}),
        (200, {}, {"access_token": ""}),
        (200, {}, {"access_token": "gho_x", "error": "unverified_user_email"}),
        (200, {}, {"access_token": 7}),
        (200, {}, b"<html>"),
        (200, {}, []),
        (302, {"location": "https://elsewhere.example"}, {}),
    ],
)
def test_refused_code_stores_nothing(project: Project, github: FakeGitHub, answer: Any) -> None:
    github.token_answers.append(answer)

    with pytest.raises(SignInRefused) as caught:
        connect(project)

    assert caught.value.status == 422
    assert "GitHub did not accept the sign-in" in caught.value.message
    assert "code-1" not in caught.value.message
    assert Integration.objects.count() == 0


def test_code_is_sent_once_to_an_unavailable_provider(project: Project, github: FakeGitHub) -> None:
    github.token_answers.append((503, {}, {}))

    with pytest.raises(SignInUnavailable):
        connect(project)

    assert len(github.token_requests) == 1
    assert Integration.objects.count() == 0


def test_code_is_refused_without_an_oauth_client(
    project: Project, github: FakeGitHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KRAFTER_GITHUB_CLIENT_ID")

    with pytest.raises(SignInRefused, match="no OAuth client for GitHub"):
        connect(project)
    assert github.token_requests == []


def signed_in(project: Project, *, refresh_in: int) -> Integration:
    refresh_at = datetime.now(UTC) + timedelta(seconds=refresh_in)
    tokens = {
        "token": "ghu_first",
        "refresh_token": "ghr_first",
        "refresh_at": refresh_at.isoformat(),
        "repository": "acme/web-app",
    }
    return services.connect(project, "github", credentials=tokens, by=SYSTEM)


def test_expiring_token_is_refreshed_before_use(
    integration: Integration, sync: Sync, project: Project, github: FakeGitHub
) -> None:
    signed_in(project, refresh_in=-1)
    github.token = "ghu_second"
    github.token_answers.append(
        (200, {}, {**TOKENS, "access_token": "ghu_second", "refresh_token": "ghr_second"})
    )

    row = sync()

    assert row.status == "connected"
    assert github.token_requests[0]["refresh_token"] == "ghr_first"
    assert (stored()["token"], stored()["refresh_token"]) == ("ghu_second", "ghr_second")
    assert stored()["repository"] == "acme/web-app"


def test_fresh_token_is_not_refreshed(
    integration: Integration, sync: Sync, project: Project, github: FakeGitHub
) -> None:
    signed_in(project, refresh_in=60)
    github.token = "ghu_first"

    assert sync().status == "connected"
    assert github.token_requests == []


def test_refused_refresh_requires_a_new_connection(
    integration: Integration, sync: Sync, project: Project, github: FakeGitHub
) -> None:
    signed_in(project, refresh_in=-1)
    github.token_answers.append((200, {}, {"error": "bad_refresh_token"}))

    row = sync()

    assert (row.status, row.last_error) == (
        "error",
        "GitHub no longer accepts the sign-in: connect again.",
    )
    assert github.requests == []


def test_token_without_expiry_is_never_refreshed() -> None:
    assert not oauth.is_refresh_due({"token": "gho_classic"})
    assert not oauth.is_refresh_due({"token": "x", "refresh_at": "2020-01-01T00:00:00+00:00"})


@pytest.mark.parametrize(
    "given", [{}, {"expires_at": None}, {"expires_at": "soon"}, {"expires_at": "2999-01-01T00:00:00"}]
)
def test_token_with_an_unknown_expiry_is_invalid(given: dict[str, Any]) -> None:
    assert not oauth.is_valid(given)


def test_settings_are_read_from_the_environment_and_do_not_show_the_secret(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("KRAFTER_GITLAB_URL", "https://gitlab.acme.example/api/v4/")

    found = provider_settings("gitlab")

    assert (found.url, found.token_url, found.client_id) == ("https://gitlab.acme.example/api/v4", "", "")
    assert "client-secret" not in repr(provider_settings("github"))


def test_every_invalid_setting_of_a_provider_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    valid = run_checks()
    monkeypatch.setenv("KRAFTER_JIRA_URL", "jira.acme.example")
    monkeypatch.setenv("KRAFTER_SENTRY_TOKEN_URL", "https://user:pass@sentry.example/")
    monkeypatch.setenv("KRAFTER_LINEAR_CLIENT_ID", "alone")

    assert valid == []
    assert sorted(error.msg.partition(" ")[0].rstrip(":") for error in run_checks()) == [
        "KRAFTER_JIRA_URL",
        "KRAFTER_LINEAR_CLIENT_ID",
        "KRAFTER_SENTRY_TOKEN_URL",
    ]


def test_token_that_expires_during_a_sync_is_refreshed_once(
    integration: Integration, sync: Sync, project: Project, github: FakeGitHub
) -> None:
    signed_in(project, refresh_in=3600)
    github.token = "ghu_second"
    github.token_answers.append(
        (200, {}, {**TOKENS, "access_token": "ghu_second", "refresh_token": "ghr_second"})
    )

    row = sync()

    assert (row.status, row.last_error, len(github.token_requests)) == ("connected", "", 1)
    assert (stored()["token"], stored()["refresh_token"]) == ("ghu_second", "ghr_second")
    assert row.token_refresh_until is None


def test_rejected_new_token_is_not_refreshed_again(
    integration: Integration, sync: Sync, project: Project, github: FakeGitHub
) -> None:
    signed_in(project, refresh_in=3600)
    github.token = "ghu_unknown"
    github.token_answers.append((200, {}, {**TOKENS, "access_token": "ghu_second"}))

    row = sync()

    assert (row.status, len(github.token_requests)) == ("error", 1)
    assert "does not accept the token" in row.last_error


def test_token_without_a_refresh_token_is_not_refreshed(
    integration: Integration, sync: Sync, github: FakeGitHub
) -> None:
    github.token = "another"

    assert sync().status == "error"
    assert github.token_requests == []


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_concurrent_refreshes_exchange_the_token_once(project: Project, github: FakeGitHub) -> None:
    row = signed_in(project, refresh_in=-1)
    github.token_answers.append(
        (200, {}, {**TOKENS, "access_token": "ghu_second", "refresh_token": "ghr_second"})
    )

    def use(_: int) -> str:
        try:
            with Client() as client:
                return str(TokenManager(row, PROVIDER_CLASSES["github"], client).credentials()["token"])
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        tokens = list(pool.map(use, range(4)))

    assert tokens == ["ghu_second"] * 4
    assert len(github.token_requests) == 1


def test_reconnect_during_a_refresh_keeps_the_new_credentials(project: Project, github: FakeGitHub) -> None:
    row = signed_in(project, refresh_in=-1)
    services.connect(project, "github", credentials=CREDENTIALS, by=SYSTEM)

    with Client() as client, pytest.raises(IntegrationChanged):
        TokenManager(row, PROVIDER_CLASSES["github"], client).credentials()
    assert stored() == CREDENTIALS
    assert github.token_requests == []


@pytest.mark.parametrize("path", ["/code-scanning/alerts", "/issues$"])
def test_token_revoked_during_a_sync_ends_it(
    integration: Integration, sync: Sync, github: FakeGitHub, make_task: MakeTask, path: str
) -> None:
    make_task()
    for method in ("GET", "POST"):
        github.next_answer(method, path, (401, {}, {"message": "Bad credentials"}))

    row = sync()

    assert (row.status, row.last_error) == (
        "error",
        "GitHub does not accept the token: connect again.",
    )
