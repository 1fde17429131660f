"""Requests to Sentry: refusals, outages, rate limits and credentials."""

from datetime import UTC, datetime
from typing import Any

import pytest

from integrations.providers.errors import ProviderRefused, ProviderUnavailable, TokenRejected
from integrations.providers.sentry import Sentry
from tests.fakes.sentry import TOKEN
from tests.fakes.vendor_server import FakeServer
from tests.unit.integrations.providers.rate_limits import unavailable_for
from tests.unit.integrations.providers.sentry.conftest import connect
from tests.unit.integrations.providers.sentry.paths import PROJECT


def test_public_credentials_do_not_include_the_base_url(server: FakeServer) -> None:
    provider = connect(server, base_url=server.url)

    assert set(provider.credentials) - set(provider.secrets) == {"organization", "project"}


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (401, "does not accept the token"),
        (403, "denies access to acme/pump-station"),
        (404, "did not find acme/pump-station"),
        (302, "acme/pump-station has moved"),
        (400, r"\(status 400: Invalid period\)"),
        (418, r"\(status 418: Invalid period\)"),
    ],
)
def test_refusal_has_a_message_and_is_not_retried(
    provider: Sentry, server: FakeServer, status: int, sentence: str
) -> None:
    server.next_answer(PROJECT, status, {"Location": "/elsewhere/"}, {"detail": "Invalid  period\n"})

    with pytest.raises((ProviderRefused, TokenRejected), match=sentence) as caught:
        provider.check_connection()

    assert TOKEN not in str(caught.value)
    assert len(server.requests) == 1


@pytest.mark.parametrize("content", [b"<html>", b"", b'["x"]', b'{"detail": {"code": "x"}}', b"[" * 100_000])
def test_undocumented_error_is_refused(provider: Sentry, server: FakeServer, content: bytes) -> None:
    server.next_answer(PROJECT, 400, {}, content)

    with pytest.raises(ProviderRefused, match=r"\(status 400\)"):
        provider.check_connection()


@pytest.mark.parametrize("status", [500, 502, 503])
def test_request_is_tried_three_times(provider: Sentry, server: FakeServer, status: int) -> None:
    for _ in range(3):
        server.next_answer(PROJECT, status, {}, b"<html>")

    with pytest.raises(ProviderUnavailable, match=f"status {status}"):
        provider.check_connection()
    assert len(server.requests) == 3


def test_web_page_with_an_error_status_is_unavailable(provider: Sentry, server: FakeServer) -> None:
    for _ in range(3):
        server.next_answer(PROJECT, 403, {"Content-Type": "text/html"}, b"<html>Just a moment</html>")

    with pytest.raises(ProviderUnavailable, match="answered with status 403"):
        provider.check_connection()


TOO_MANY_REQUESTS = {"detail": "You are attempting to use this endpoint too frequently."}


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "30", "x-sentry-rate-limit-reset": "4000000000"}, 30),
        ({"x-sentry-rate-limit-reset": "1700000000", "x-sentry-rate-limit-concurrentremaining": "0"}, 60),
        ({"x-sentry-rate-limit-reset": "soon"}, 60),
        ({}, 60),
    ],
)
def test_rate_limit_sets_retry_at_and_is_not_retried(
    provider: Sentry, server: FakeServer, headers: dict[str, str], seconds: int
) -> None:
    server.next_answer(PROJECT, 429, headers, TOO_MANY_REQUESTS)

    with unavailable_for(seconds):
        provider.check_connection()

    assert len(server.requests) == 1


def test_rate_limit_ends_at_its_reset(provider: Sentry, server: FakeServer) -> None:
    reset = int(datetime.now(UTC).timestamp()) + 600
    headers = {"X-Sentry-Rate-Limit-Remaining": "0", "X-Sentry-Rate-Limit-Reset": str(reset)}
    server.next_answer(PROJECT, 429, headers, TOO_MANY_REQUESTS)

    with pytest.raises(ProviderUnavailable) as caught:
        provider.check_connection()

    assert caught.value.retry_at == datetime.fromtimestamp(reset, UTC)


@pytest.mark.parametrize(
    ("credentials", "sentence"),
    [
        ({"token": ""}, "need a valid 'Auth token'"),
        ({"token": "a\r\nX-Evil: 1"}, "need a valid 'Auth token'"),
        ({"organization": None}, "need a valid 'Organization slug'"),
        ({"project": ["x"]}, "need a valid 'Project slug'"),
        ({"organization": "../users"}, "The organization must be written as its slug"),
        ({"project": "a/../../b"}, "The project must be written as its slug"),
        ({"project": "a?b"}, "The project must be written as its slug"),
    ],
)
def test_invalid_credentials_are_refused_without_a_request(
    server: FakeServer, credentials: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(ProviderRefused, match=sentence):
        connect(server, **credentials).check_connection()
    assert server.requests == []
