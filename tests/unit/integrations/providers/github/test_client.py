"""Requests to GitHub: headers, refusals, outages, rate limits and credentials."""

from datetime import UTC, datetime
from typing import Any

import pytest

from integrations.providers.errors import ProviderRefused, ProviderUnavailable, TokenRejected
from integrations.providers.github import GitHub
from krafter_audit.http.client import Client
from tests.fakes.trackers.github import REPOSITORY, TOKEN, FakeGitHub
from tests.unit.integrations.providers.github.conftest import connect
from tests.unit.integrations.providers.rate_limits import unavailable_for


def test_request_sends_token_api_version_and_user_agent(provider: GitHub, github: FakeGitHub) -> None:
    provider.check_connection()

    headers = github.requests[0].headers
    assert headers["authorization"] == f"Bearer {TOKEN}"
    assert headers["accept"] == "application/vnd.github+json"
    assert headers["x-github-api-version"] == "2022-11-28"
    assert headers["user-agent"]


def test_record_of_a_response_holds_no_body(provider: GitHub) -> None:
    provider.check_connection()

    (record,) = provider.responses
    assert (record.method, record.status, len(record.sha256), hasattr(record, "body")) == (
        "GET", 200, 64, False,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (401, "does not accept the token"),
        (403, "lacks a permission"),
        (404, "did not find acme/web-app, or"),
        (410, "did not find acme/web-app"),
        (301, "has moved"),
        (422, "status 422: Validation Failed"),
    ],
)
def test_refusal_has_a_message_and_is_not_retried(
    provider: GitHub, github: FakeGitHub, status: int, sentence: str
) -> None:
    github.next_answer("GET", "/web-app$", (status, {}, {"message": "Validation Failed"}))

    with pytest.raises((ProviderRefused, TokenRejected), match=sentence):
        provider.check_connection()
    assert len(github.requests) == 1


def test_idempotent_request_is_tried_three_times(provider: GitHub, github: FakeGitHub) -> None:
    for _ in range(3):
        github.next_answer("GET", "/web-app$", (502, {}, {}))

    with pytest.raises(ProviderUnavailable, match="status 502"):
        provider.check_connection()
    assert len(github.requests) == 3


def test_short_outage_is_retried(provider: GitHub, github: FakeGitHub) -> None:
    github.next_answer("GET", "/web-app$", (503, {}, {}))

    provider.check_connection()

    assert len(github.requests) == 2


@pytest.mark.parametrize(
    ("status", "headers", "body", "seconds"),
    [
        (403, {"retry-after": "90"}, {}, 90),
        (403, {"retry-after": "Sun, 01 Nov 2099 12:00:00 GMT"}, {}, 86_400),
        (429, {"retry-after": "30"}, {}, 30),
        (429, {}, {}, 60),
        (429, {"retry-after": "soon"}, {}, 60),
        (403, {}, {"message": "You have exceeded a secondary rate limit."}, 60),
    ],
)
def test_rate_limit_sets_retry_at_and_is_not_retried(
    provider: GitHub, github: FakeGitHub, status: int, headers: dict[str, str], body: Any, seconds: int
) -> None:
    github.next_answer("GET", "/web-app$", (status, headers, body))

    with unavailable_for(seconds):
        provider.check_connection()

    assert len(github.requests) == 1


def test_primary_rate_limit_ends_at_its_reset(provider: GitHub, github: FakeGitHub) -> None:
    reset = int(datetime.now(UTC).timestamp()) + 600
    github.next_answer(
        "GET", "/web-app$", (403, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(reset)}, {})
    )

    with pytest.raises(ProviderUnavailable) as caught:
        provider.check_connection()

    assert caught.value.retry_at == datetime.fromtimestamp(reset, UTC)


@pytest.mark.parametrize(
    ("credentials", "sentence"),
    [
        ({"token": ""}, "need a valid 'Access token'"),
        ({"token": None}, "need a valid 'Access token'"),
        ({"token": "a\r\nX-Evil: 1"}, "need a valid 'Access token'"),
        ({"token": ["x"]}, "need a valid 'Access token'"),
        ({"repository": ""}, "need a valid 'Repository'"),
        ({"repository": "web-app"}, "written as owner/name"),
        ({"repository": "acme/.."}, "written as owner/name"),
        ({"repository": "acme/web-app/../../user"}, "written as owner/name"),
        ({"repository": "acme/web app"}, "written as owner/name"),
        ({"repository": "acme/web-app?x="}, "written as owner/name"),
    ],
)
def test_invalid_credentials_are_refused_without_a_request(
    github: FakeGitHub, http_client: Client, credentials: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(ProviderRefused, match=sentence):
        connect(github, http_client, **credentials).check_connection()
    assert github.requests == []


def test_repository_without_issues_is_refused(provider: GitHub, github: FakeGitHub) -> None:
    github.has_issues = False

    with pytest.raises(ProviderRefused, match="Issues are disabled"):
        provider.check_connection()


def test_unreachable_server_is_unavailable(http_client: Client, github: FakeGitHub) -> None:
    provider = GitHub(
        http_client,
        {"token": TOKEN, "repository": REPOSITORY},
        "http://127.0.0.1:9",
        sleep=lambda seconds: None,
    )

    with pytest.raises(
        ProviderUnavailable,
        match="GitHub could not be reached: 127.0.0.1 refuses connections",
    ):
        provider.check_connection()
