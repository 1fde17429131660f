"""Requests to GitLab: headers, refusals, outages, rate limits and credentials."""

from datetime import UTC, datetime
from typing import Any

import pytest

from integrations.providers.errors import ProviderRefused, ProviderUnavailable, TokenRejected
from integrations.providers.gitlab import GitLab
from krafter_audit.http.client import Client
from tests.fakes.trackers.gitlab import TOKEN, FakeGitLab
from tests.unit.integrations.providers.gitlab.conftest import connect
from tests.unit.integrations.providers.rate_limits import unavailable_for

PATH = "/api/v4/projects/acme%2Fshop%2Fweb-app"


def test_request_sends_the_token_as_bearer(provider: GitLab, gitlab: FakeGitLab) -> None:
    provider.check_connection()

    (request,) = gitlab.requests
    assert request.path == PATH
    assert request.headers["authorization"] == f"Bearer {TOKEN}"
    assert "private-token" not in request.headers
    assert request.headers["user-agent"]


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (401, "does not accept the token"),
        (403, "lacks a permission or the scope api"),
        (404, "did not find acme/shop/web-app, or"),
        (410, "did not find acme/shop/web-app"),
        (301, "has moved"),
        (302, "has moved"),
        (422, "status 422: {'title': \\['is too long'\\]}"),
    ],
)
def test_refusal_has_a_message_without_the_token_and_is_not_retried(
    provider: GitLab, gitlab: FakeGitLab, status: int, sentence: str
) -> None:
    gitlab.next_answer("GET", "web-app$", (status, {}, {"message": {"title": ["is too long"]}}))

    with pytest.raises((ProviderRefused, TokenRejected), match=sentence) as caught:
        provider.check_connection()
    assert len(gitlab.requests) == 1
    assert TOKEN not in str(caught.value)


@pytest.mark.parametrize("status", [500, 502, 503, 409, 408])
def test_idempotent_request_is_tried_three_times(provider: GitLab, gitlab: FakeGitLab, status: int) -> None:
    for _ in range(3):
        gitlab.next_answer("GET", "web-app$", (status, {}, b"<html>Whoops</html>"))

    with pytest.raises(ProviderUnavailable, match=f"status {status}"):
        provider.check_connection()
    assert len(gitlab.requests) == 3


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "30", "RateLimit-Reset": "1"}, 30),
        ({"Retry-After": "soon"}, 60),
        ({}, 60),
    ],
)
def test_rate_limit_sets_retry_at_and_is_not_retried(
    provider: GitLab, gitlab: FakeGitLab, headers: dict[str, str], seconds: int
) -> None:
    gitlab.next_answer("GET", "web-app$", (429, headers, b"Retry later"))

    with unavailable_for(seconds):
        provider.check_connection()

    assert len(gitlab.requests) == 1


def test_rate_limit_ends_at_its_reset(provider: GitLab, gitlab: FakeGitLab) -> None:
    reset = int(datetime.now(UTC).timestamp()) + 45
    gitlab.next_answer("GET", "web-app$", (429, {"RateLimit-Reset": str(reset)}, b"Retry later"))

    with pytest.raises(ProviderUnavailable) as caught:
        provider.check_connection()

    assert caught.value.retry_at == datetime.fromtimestamp(reset, UTC)


@pytest.mark.parametrize(
    ("features", "sentence"),
    [
        ({"issues_enabled": False}, "issues are disabled"),
        ({"issues_access_level": "disabled"}, "issues are disabled"),
        ({"archived": True}, "is archived"),
    ],
)
def test_project_without_issues_is_refused(
    provider: GitLab, gitlab: FakeGitLab, features: dict[str, Any], sentence: str
) -> None:
    gitlab.features = features

    with pytest.raises(ProviderRefused, match=sentence):
        provider.check_connection()


@pytest.mark.parametrize(
    ("credentials", "sentence"),
    [
        ({"token": ""}, "need a valid 'Access token'"),
        ({"token": "a\r\nX-Evil: 1"}, "need a valid 'Access token'"),
        ({"project": None}, "need a valid 'Project'"),
        ({"project": "web-app"}, "path or number"),
        ({"project": "acme/../user"}, "path or number"),
        ({"project": "acme/web app"}, "path or number"),
        ({"project": "acme/web?x="}, "path or number"),
        ({"project": "acme%2Fweb"}, "path or number"),
        ({"project": "/acme/web"}, "path or number"),
    ],
)
def test_invalid_credentials_are_refused_without_a_request(
    gitlab: FakeGitLab, http_client: Client, credentials: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(ProviderRefused, match=sentence):
        connect(gitlab, http_client, **credentials).check_connection()
    assert gitlab.requests == []
