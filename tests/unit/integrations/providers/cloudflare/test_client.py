"""Requests to Cloudflare: refusals, outages, rate limits and credentials."""

from typing import Any

import pytest

from integrations.providers.cloudflare import Cloudflare
from integrations.providers.errors import ProviderRefused, ProviderUnavailable, TokenRejected
from krafter_audit.http.client import Client
from tests.fakes.cloudflare import TOKEN, ZONE_ID, failure, success
from tests.fakes.vendor_server import FakeServer
from tests.unit.integrations.providers.cloudflare.conftest import connect
from tests.unit.integrations.providers.rate_limits import unavailable_for


def test_token_of_a_sign_in_is_used(server: FakeServer) -> None:
    signed_in = {"token": TOKEN, "zone_id": ZONE_ID}

    Cloudflare(Client(), signed_in, server.url).check_connection()

    assert [request.path for request in server.requests] == [
        f"/zones/{ZONE_ID}",
        f"/zones/{ZONE_ID}/settings/ssl",
    ]


def test_zone_id_is_a_public_credential(provider: Cloudflare) -> None:
    assert provider.secrets == {"api_token": TOKEN}


@pytest.mark.parametrize(
    ("status", "body", "sentence"),
    [
        (401, failure(10000, "Authentication error"), "does not accept the token"),
        (403, failure(9109, "Invalid access token"), "does not accept the token"),
        (400, failure(6003, "Invalid request headers"), "does not accept the token"),
        (403, failure(9109, "Unauthorized"), "denies access to the zone: the token lacks a permission"),
        (404, failure(7003, "No route for the URI"), "did not find the zone, or"),
        (400, failure(1001, "Invalid zone"), r"\(status 400: Invalid zone \(1001\)\)"),
        (301, {}, "the zone has moved"),
        (200, failure(1001, "Invalid zone"), r"\(status 200: Invalid zone \(1001\)\)"),
        (200, {"success": False}, r"refused the request for the zone \(status 200\)\.$"),
        (200, {"success": "true", "result": {"name": "x.example"}}, "status 200"),
        (200, {"success": False, "errors": [7]}, "status 200"),
        (400, b"[" * 100_000, "status 400"),
        (400, b"\xff", "status 400"),
        (400, b'["x"]', "status 400"),
    ],
)
def test_refusal_has_a_message_and_is_not_retried(
    provider: Cloudflare, server: FakeServer, status: int, body: Any, sentence: str
) -> None:
    server.next_answer(f"{ZONE_ID}$", status, {}, body)

    with pytest.raises((ProviderRefused, TokenRejected), match=sentence) as caught:
        provider.check_connection()

    assert TOKEN not in str(caught.value)
    assert len(server.requests) == 1


def test_token_without_access_to_settings_is_refused(provider: Cloudflare, server: FakeServer) -> None:
    server.next_answer("settings/ssl$", 403, {}, failure(10000, "Authentication error"))

    with pytest.raises(ProviderRefused, match="denies access to settings/ssl: the token lacks a permission"):
        provider.check_connection()


@pytest.mark.parametrize("status", [500, 502, 522])
def test_request_is_tried_three_times(provider: Cloudflare, server: FakeServer, status: int) -> None:
    for _ in range(3):
        server.next_answer(f"{ZONE_ID}$", status, {}, failure(1101, "Worker threw"))

    with pytest.raises(ProviderUnavailable, match=f"status {status}"):
        provider.check_connection()
    assert len(server.requests) == 3


def test_web_page_with_an_error_status_is_unavailable(provider: Cloudflare, server: FakeServer) -> None:
    for _ in range(3):
        server.next_answer(f"{ZONE_ID}$", 403, {"Content-Type": "text/html"}, b"<html>Just a moment</html>")

    with pytest.raises(ProviderUnavailable, match="answered with status 403"):
        provider.check_connection()


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "40"}, 40),
        ({"retry-after": "40", "Ratelimit": '"default";r=0;t=90'}, 40),
        ({"Ratelimit": '"default";r=0;t=90'}, 90),
        ({"Ratelimit": "nonsense", "retry-after": "soon"}, 300),
        ({}, 300),
    ],
)
def test_rate_limit_sets_retry_at_and_is_not_retried(
    provider: Cloudflare, server: FakeServer, headers: dict[str, str], seconds: int
) -> None:
    server.next_answer(f"{ZONE_ID}$", 429, headers, failure(10429, "Too many requests"))

    with unavailable_for(seconds):
        provider.check_connection()

    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("credentials", "sentence"),
    [
        ({"api_token": ""}, "need a valid 'API token'"),
        ({"api_token": ["x"]}, "need a valid 'API token'"),
        ({"api_token": "a\r\nX-Evil: 1"}, "need a valid 'API token'"),
        ({"zone_id": ""}, "need a valid 'Zone ID'"),
        ({"zone_id": "example.com"}, "zone_id must be the 32 hexadecimal digits"),
        ({"zone_id": f"../{ZONE_ID}"}, "zone_id must be the 32 hexadecimal digits"),
        ({"zone_id": f"{ZONE_ID}?x="}, "zone_id must be the 32 hexadecimal digits"),
    ],
)
def test_invalid_credentials_are_refused_without_a_request(
    server: FakeServer, credentials: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(ProviderRefused, match=sentence):
        connect(server, **credentials).check_connection()
    assert server.requests == []


def test_zone_without_a_name_is_unavailable(provider: Cloudflare, server: FakeServer) -> None:
    server.next_answer(f"{ZONE_ID}$", 200, {}, success({"id": ZONE_ID, "name": None}))

    with pytest.raises(ProviderUnavailable, match="cannot read"):
        provider.check_connection()
