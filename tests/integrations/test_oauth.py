"""Signing in by code: the exchange at connect, what it refuses, and tokens that are renewed in time."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.checks import run_checks
from django.db import connection

from accounts.actors import SYSTEM
from accounts.models import Project
from integrations import credentials, oauth, services
from integrations.configuration import configuration
from integrations.errors import SignInRefused, SignInUnavailable
from integrations.models import Integration
from integrations.providers import ADAPTERS, NAMED
from integrations.renewal import Access
from integrations.running import Lost
from krafter_audit.http.client import Client
from tests.integrations.conftest import CREDENTIALS, MakeTask
from tests.integrations.fake_github import FakeGitHub

pytestmark = pytest.mark.django_db
Sync = Callable[[], Integration]
TOKENS = {
    "access_token": "ghu_first",
    "refresh_token": "ghr_first",
    "expires_in": 28800,
    "token_type": "bearer",
}


@pytest.fixture(autouse=True)
def client_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KRAFTER_GITHUB_CLIENT_ID", "Iv1.of-ours")
    monkeypatch.setenv("KRAFTER_GITHUB_CLIENT_SECRET", "client-secret")


def connect(project: Project, **extra: str) -> Integration:
    return services.connect_by_code(project, "github", auth_code="code-1", by=SYSTEM, **extra)


def kept() -> dict[str, Any]:
    return credentials.opened(Integration.objects.get())


def test_a_code_becomes_tokens_inside_the_connect(project: Project, github: FakeGitHub) -> None:
    github.tokens.append((200, {}, TOKENS))

    row = connect(project, redirect_uri="https://app.example/back", code_verifier="v" * 43)

    assert row.status == "connected"
    assert github.token_requests == [
        {
            "grant_type": "authorization_code",
            "code": "code-1",
            "redirect_uri": "https://app.example/back",
            "code_verifier": "v" * 43,
            "client_id": "Iv1.of-ours",
            "client_secret": "client-secret",
        }
    ]
    assert (kept()["token"], kept()["refresh_token"]) == ("ghu_first", "ghr_first")
    life = datetime.fromisoformat(kept()["expires_at"]) - datetime.now(UTC)
    assert timedelta(hours=7, minutes=59) < life <= timedelta(hours=8)


def test_the_repository_that_was_chosen_before_is_kept_and_the_old_token_is_not(
    project: Project, github: FakeGitHub
) -> None:
    services.connect(project, "github", credentials={**CREDENTIALS, "note": "x"}, by=SYSTEM)
    github.tokens.append((200, {}, {"access_token": "gho_classic"}))

    connect(project)

    assert kept() == {"token": "gho_classic", "repository": "acme/web-app"}


def test_a_choice_alone_keeps_the_sign_in_and_anything_more_replaces_it(
    project: Project, github: FakeGitHub
) -> None:
    signed_in(project, renew_in=60)
    services.connect(project, "github", credentials={"repository": "acme/other"}, by=SYSTEM)
    chosen = kept()
    services.connect(project, "github", credentials={"repository": "acme/third", "token": "x"}, by=SYSTEM)

    assert (chosen["token"], chosen["refresh_token"]) == ("ghu_first", "ghr_first")
    assert chosen["repository"] == "acme/other"
    assert kept() == {"repository": "acme/third", "token": "x"}


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
def test_a_code_that_is_refused_stores_nothing(project: Project, github: FakeGitHub, answer: Any) -> None:
    github.tokens.append(answer)

    with pytest.raises(SignInRefused) as caught:
        connect(project)

    assert caught.value.status == 422
    assert "GitHub did not accept the sign-in" in caught.value.message
    assert "code-1" not in caught.value.message
    assert Integration.objects.count() == 0


def test_a_provider_that_is_away_says_so_and_the_code_is_sent_once(
    project: Project, github: FakeGitHub
) -> None:
    github.tokens.append((503, {}, {}))

    with pytest.raises(SignInUnavailable):
        connect(project)

    assert len(github.token_requests) == 1
    assert Integration.objects.count() == 0


def test_without_an_oauth_client_of_the_operator_a_code_is_refused(
    project: Project, github: FakeGitHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KRAFTER_GITHUB_CLIENT_ID")

    with pytest.raises(SignInRefused, match="no OAuth client for GitHub"):
        connect(project)
    assert github.token_requests == []


def test_a_provider_without_an_adapter_takes_no_code(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(NAMED, "jira")
    with pytest.raises(SignInRefused, match="no sign-in for jira"):
        services.connect_by_code(project, "jira", auth_code="x", by=SYSTEM)


def signed_in(project: Project, *, renew_in: int) -> Integration:
    renew_at = datetime.now(UTC) + timedelta(seconds=renew_in)
    tokens = {
        "token": "ghu_first",
        "refresh_token": "ghr_first",
        "renew_at": renew_at.isoformat(),
        "repository": "acme/web-app",
    }
    return services.connect(project, "github", credentials=tokens, by=SYSTEM)


def test_a_token_is_renewed_before_it_is_used_and_the_new_pair_is_kept(
    integration: Integration, sync: Sync, project: Project, github: FakeGitHub
) -> None:
    signed_in(project, renew_in=-1)
    github.token = "ghu_second"
    github.tokens.append((200, {}, {**TOKENS, "access_token": "ghu_second", "refresh_token": "ghr_second"}))

    row = sync()

    assert row.status == "connected"
    assert github.token_requests[0]["refresh_token"] == "ghr_first"
    assert (kept()["token"], kept()["refresh_token"]) == ("ghu_second", "ghr_second")
    assert kept()["repository"] == "acme/web-app"


def test_a_token_in_the_first_part_of_its_life_is_used_as_it_is(
    integration: Integration, sync: Sync, project: Project, github: FakeGitHub
) -> None:
    signed_in(project, renew_in=60)
    github.token = "ghu_first"

    assert sync().status == "connected"
    assert github.token_requests == []


def test_a_refresh_token_that_is_refused_asks_to_connect_again(
    integration: Integration, sync: Sync, project: Project, github: FakeGitHub
) -> None:
    signed_in(project, renew_in=-1)
    github.tokens.append((200, {}, {"error": "bad_refresh_token"}))

    row = sync()

    assert (row.status, row.last_error) == (
        "error",
        "GitHub no longer accepts the sign-in: connect again.",
    )
    assert github.requests == []


def test_a_token_without_an_end_is_never_renewed() -> None:
    assert not oauth.is_due({"token": "gho_classic"})
    assert not oauth.is_due({"token": "x", "renew_at": "2020-01-01T00:00:00+00:00"})


def test_the_settings_of_a_provider_are_read_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KRAFTER_GITLAB_URL", "https://gitlab.acme.example/api/v4/")

    found = configuration("gitlab")

    assert (found.url, found.token_url, found.client_id) == ("https://gitlab.acme.example/api/v4", "", "")
    assert "client-secret" not in repr(configuration("github"))


def test_every_invalid_setting_of_a_provider_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
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


def test_a_token_that_expires_in_the_middle_of_a_sync_is_renewed_once_and_the_sync_goes_on(
    integration: Integration, sync: Sync, project: Project, github: FakeGitHub
) -> None:
    signed_in(project, renew_in=3600)
    github.token = "ghu_second"
    github.tokens.append((200, {}, {**TOKENS, "access_token": "ghu_second", "refresh_token": "ghr_second"}))

    row = sync()

    assert (row.status, row.last_error, len(github.token_requests)) == ("connected", "", 1)
    assert (kept()["token"], kept()["refresh_token"]) == ("ghu_second", "ghr_second")
    assert row.renewing_until is None


def test_a_new_token_that_is_not_accepted_either_is_not_renewed_again(
    integration: Integration, sync: Sync, project: Project, github: FakeGitHub
) -> None:
    signed_in(project, renew_in=3600)
    github.token = "ghu_of_nobody"
    github.tokens.append((200, {}, {**TOKENS, "access_token": "ghu_second"}))

    row = sync()

    assert (row.status, len(github.token_requests)) == ("error", 1)
    assert "does not accept the token" in row.last_error


def test_a_token_without_a_refresh_is_not_renewed(
    integration: Integration, sync: Sync, github: FakeGitHub
) -> None:
    github.token = "another"

    assert sync().status == "error"
    assert github.token_requests == []


def test_an_outage_of_the_token_endpoint_is_no_refusal_and_keeps_the_old_pair(
    integration: Integration, sync: Sync, project: Project, github: FakeGitHub
) -> None:
    signed_in(project, renew_in=-1)
    github.tokens.append((503, {}, {}))

    row = sync()

    assert "connect again" not in row.last_error
    assert (kept()["refresh_token"], row.renewing_until) == ("ghr_first", None)


@pytest.mark.django_db(transaction=True)
def test_many_that_find_a_token_outdated_exchange_it_once(project: Project, github: FakeGitHub) -> None:
    row = signed_in(project, renew_in=-1)
    github.tokens.append((200, {}, {**TOKENS, "access_token": "ghu_second", "refresh_token": "ghr_second"}))

    def use(_: int) -> str:
        try:
            with Client() as client:
                return str(Access(row, ADAPTERS["github"], client).credentials()["token"])
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        tokens = list(pool.map(use, range(4)))

    assert tokens == ["ghu_second"] * 4
    assert len(github.token_requests) == 1


def test_a_row_that_is_connected_anew_during_the_exchange_keeps_what_is_new(
    project: Project, github: FakeGitHub
) -> None:
    row = signed_in(project, renew_in=-1)
    services.connect(project, "github", credentials=CREDENTIALS, by=SYSTEM)

    with Client() as client, pytest.raises(Lost):
        Access(row, ADAPTERS["github"], client).credentials()
    assert kept() == CREDENTIALS
    assert github.token_requests == []


@pytest.mark.parametrize("path", ["/code-scanning/alerts", "/issues$"])
def test_a_token_that_is_taken_back_in_the_middle_ends_the_sync_wherever_it_is(
    integration: Integration, sync: Sync, github: FakeGitHub, make_task: MakeTask, path: str
) -> None:
    make_task()
    for method in ("GET", "POST"):
        github.next_answer(method, path, (401, {}, {"message": "Bad credentials"}))

    row = sync()

    assert (row.status, row.last_error) == (
        "error",
        "GitHub does not accept the token: connect again with a valid one.",
    )
