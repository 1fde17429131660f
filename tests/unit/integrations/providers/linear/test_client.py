"""Requests to Linear: authorization, errors, rate limits and credentials."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from integrations.providers.errors import ProviderRefused, ProviderUnavailable, TokenRejected
from integrations.providers.linear import Linear
from krafter_audit.http.client import Client
from tests.fakes.trackers.linear import KEY, TEAM, FakeLinear, error
from tests.unit.integrations.providers.linear.conftest import connect
from tests.unit.integrations.providers.rate_limits import unavailable_for


@pytest.mark.parametrize(
    ("credentials", "sent"),
    [
        ({}, KEY),
        ({"api_key": "lin_oauth_abcdef"}, "Bearer lin_oauth_abcdef"),
        ({"token": "abcdef123456"}, "Bearer abcdef123456"),
        ({"token": KEY}, KEY),
    ],
)
def test_personal_key_is_sent_bare_and_oauth_token_as_bearer(
    linear: FakeLinear, http_client: Client, credentials: dict[str, str], sent: str
) -> None:
    linear.authorization = sent

    connect(linear, http_client, **credentials).check_connection()

    assert [request.headers["authorization"] for request in linear.requests] == [sent]


def test_base_url_may_be_the_graphql_endpoint(linear: FakeLinear, http_client: Client) -> None:
    Linear(http_client, {"api_key": KEY, "team_id": TEAM}, f"{linear.url}/graphql").check_connection()

    assert [request.path for request in linear.requests] == ["/graphql"]


@pytest.mark.parametrize("status", [200, 400])
@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("AUTHENTICATION_ERROR", "does not accept the key"),
        ("FORBIDDEN", "denies access"),
        ("INPUT_ERROR", "Entity not found: Team"),
        ("SOMETHING_NEW", "Entity not found: Team"),
    ],
)
def test_graphql_error_is_refused_and_not_retried(
    provider: Linear, linear: FakeLinear, status: int, code: str, sentence: str
) -> None:
    linear.next_operation("Team", (status, {}, error(code, "Entity not found: Team")))

    with pytest.raises((ProviderRefused, TokenRejected), match=sentence):
        provider.check_connection()
    assert len(linear.requests) == 1


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (401, "does not accept the key"),
        (403, "denies access"),
        (404, "no GraphQL API at the configured URL"),
        (301, "status 301"),
    ],
)
def test_error_status_without_errors_is_refused(
    provider: Linear, linear: FakeLinear, status: int, sentence: str
) -> None:
    linear.next_operation("Team", (status, {}, b"<html>no</html>"))

    with pytest.raises((ProviderRefused, TokenRejected), match=sentence):
        provider.check_connection()


def test_user_presentable_message_is_shown(provider: Linear, linear: FakeLinear) -> None:
    body = error("INPUT_ERROR", "argument validation", userPresentableMessage="The title is empty.")
    linear.next_operation("Team", (400, {}, body))

    with pytest.raises(ProviderRefused, match="The title is empty"):
        provider.check_connection()


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (502, b"<html>bad gateway</html>"),
        (500, error("INTERNAL_SERVER_ERROR")),
        (200, error("INTERNAL_SERVER_ERROR")),
        (200, {"errors": [{"message": "busy", "extensions": {"type": "lock timeout"}}]}),
    ],
)
def test_idempotent_request_is_tried_three_times(
    provider: Linear, linear: FakeLinear, status: int, body: Any
) -> None:
    for _ in range(3):
        linear.next_operation("Team", (status, {}, body))

    with pytest.raises(ProviderUnavailable):
        provider.check_connection()
    assert len(linear.requests) == 3


def test_short_outage_is_retried(provider: Linear, linear: FakeLinear) -> None:
    linear.next_operation("Team", (503, {}, b""))

    provider.check_connection()

    assert len(linear.requests) == 2


def milliseconds_in(seconds: int) -> str:
    return str(int((datetime.now(UTC).timestamp() + seconds) * 1000))


@pytest.mark.parametrize("status", [400, 200, 429])
@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        (lambda: {"Retry-After": "90"}, 90),
        (
            lambda: {
                "X-RateLimit-Requests-Remaining": "0",
                "X-RateLimit-Requests-Reset": milliseconds_in(600),
            },
            600,
        ),
        (
            lambda: {
                "X-RateLimit-Complexity-Remaining": "0",
                "X-RateLimit-Complexity-Reset": milliseconds_in(300),
            },
            300,
        ),
        (
            lambda: {
                "X-RateLimit-Requests-Remaining": "9",
                "X-RateLimit-Requests-Reset": milliseconds_in(600),
            },
            60,
        ),
        (lambda: {"X-RateLimit-Requests-Remaining": "0", "X-RateLimit-Requests-Reset": "soon"}, 60),
        (dict, 60),
    ],
)
def test_rate_limit_sets_retry_at_and_is_not_retried(
    provider: Linear, linear: FakeLinear, status: int, headers: Callable[[], dict[str, str]], seconds: int
) -> None:
    linear.next_operation("Team", (status, headers(), error("RATELIMITED", "Rate limit exceeded")))

    with unavailable_for(seconds, match="limits requests until"):
        provider.check_connection()

    assert len(linear.requests) == 1


UNDOCUMENTED = [
    b"",
    b"<html>",
    b"[]",
    b"null",
    b"\xff",
    b"[" * 100_000,
    b'{"data": null}',
    b'{"errors": 7}',
    b'{"errors": ["x"]}',
]


@pytest.mark.parametrize("body", UNDOCUMENTED)
def test_undocumented_response_is_unavailable(provider: Linear, linear: FakeLinear, body: bytes) -> None:
    for _ in range(3):
        linear.next_operation("Team", (200, {}, body))

    with pytest.raises(ProviderUnavailable, match="cannot read"):
        provider.check_connection()


@pytest.mark.parametrize(
    ("credentials", "sentence"),
    [
        ({"api_key": ""}, "need a valid 'API key'"),
        ({"api_key": "a\r\nX-Evil: 1"}, "need a valid 'API key'"),
        ({"token": "a\r\nX-Evil: 1"}, "need a valid 'token'"),
        ({"team_id": ""}, "need a valid 'Team ID'"),
        ({"team_id": "ENG"}, "must be the UUID of a team"),
    ],
)
def test_invalid_credentials_are_refused_without_a_request(
    linear: FakeLinear, http_client: Client, credentials: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(ProviderRefused, match=sentence):
        connect(linear, http_client, **credentials).check_connection()
    assert linear.requests == []


def test_error_does_not_contain_the_key(provider: Linear, linear: FakeLinear) -> None:
    linear.authorization = "another"

    with pytest.raises(TokenRejected) as caught:
        provider.check_connection()

    assert KEY not in str(caught.value)
