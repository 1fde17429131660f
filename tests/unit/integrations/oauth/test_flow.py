"""Signing in at each of the eight providers: where the code goes, in which form, and what is stored."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

import pytest
from pytest_django import Settings
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from accounts.models import Project
from integrations import credentials, services
from integrations.errors import SignInRefused
from integrations.models import Integration
from integrations.oauth import flow as oauth
from integrations.providers.errors import GrantRefused, ProviderUnavailable
from integrations.providers.registry import PROVIDER_CLASSES
from krafter_audit.http.client import Client
from tests.unit.integrations.conftest import connect_by_code

INSTALLATION = "7a485448-a9e2-4c85-8a3c-4f44175783c9"
# Where each vendor documents its token endpoint, and the form of the request.
DOCUMENTED = {
    "ga4": ("https://oauth2.googleapis.com/token", "form"),
    "gsc": ("https://oauth2.googleapis.com/token", "form"),
    "sentry": ("https://sentry.io/oauth/token/", "form"),
    "github": ("https://github.com/login/oauth/access_token", "form"),
    "gitlab": ("https://gitlab.com/oauth/token", "form"),
    "jira": ("https://auth.atlassian.com/oauth/token", "json"),
    "linear": ("https://api.linear.app/oauth/token", "form"),
    "cloudflare": ("https://dash.cloudflare.com/oauth2/token", "form"),
}
NO_TOKEN = "did not issue a token (status 200, no token in the response)."


class Vendor:
    """A token endpoint that records its requests."""

    def __init__(self, server: HTTPServer) -> None:
        self.server, self.requests = server, list[tuple[str, str, dict[str, Any]]]()
        self.answer: Any = {"access_token": "at-1234567", "refresh_token": "rt-1234567", "expires_in": 3600}

    def __call__(self, request: Request) -> Response:
        text = request.get_data(as_text=True)
        as_json = "json" in request.content_type
        self.requests.append(
            (
                request.path,
                "json" if as_json else "form",
                json.loads(text) if as_json else dict(parse_qsl(text)),
            )
        )
        return Response(json.dumps(self.answer), content_type="application/json")


@pytest.fixture
def vendor(settings: Settings, httpserver: HTTPServer) -> Vendor:
    settings.KRAFTER_ALLOWED_NETWORKS = "127.0.0.0/8"
    serves = Vendor(httpserver)
    httpserver.expect_request("/token", method="POST").respond_with_handler(serves)
    path = f"/api/0/sentry-app-installations/{INSTALLATION}/authorizations/"
    httpserver.expect_request(path, method="POST").respond_with_handler(serves)
    return serves


@pytest.mark.parametrize("name", DOCUMENTED)
def test_token_request_is_as_documented(name: str) -> None:
    flow = PROVIDER_CLASSES[name].oauth

    assert flow is not None
    assert (flow.token_request("", "", {}).url, flow.token_request("", "", {}).encoding) == DOCUMENTED[name]


@pytest.mark.parametrize("name", DOCUMENTED)
@pytest.mark.django_db
def test_code_is_exchanged_at_every_provider(
    name: str, project: Project, vendor: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    for setting, value in (
        ("TOKEN_URL", vendor.server.url_for("/token")),
        ("CLIENT_ID", "id"),
        ("CLIENT_SECRET", "client-secret"),
    ):
        monkeypatch.setenv(f"KRAFTER_{name.upper()}_{setting}", value)

    connect_by_code(
        project,
        name,
        auth_code="code-1",
        redirect_uri="https://app.example/back",
        code_verifier="v" * 43,
    )

    assert vendor.requests == [
        (
            "/token",
            DOCUMENTED[name][1],
            {
                "grant_type": "authorization_code",
                "code": "code-1",
                "redirect_uri": "https://app.example/back",
                "code_verifier": "v" * 43,
                "client_id": "id",
                "client_secret": "client-secret",
            },
        )
    ]
    stored = credentials.open_credentials(Integration.objects.get())
    assert (stored["token"], stored["refresh_token"]) == ("at-1234567", "rt-1234567")
    life = datetime.fromisoformat(stored["refresh_at"]) - datetime.now(UTC)
    assert timedelta(minutes=47) < life <= timedelta(minutes=48)


@pytest.mark.parametrize(
    ("name", "api", "expected"),
    [
        ("gitlab", "https://git.acme.example/api/v4", "https://git.acme.example/oauth/token"),
        ("gitlab", "https://acme.example/gitlab/api/v4", "https://acme.example/gitlab/oauth/token"),
        ("github", "https://git.acme.example/api/v3", "https://git.acme.example/login/oauth/access_token"),
        ("github", "https://api.acme.ghe.com", "https://acme.ghe.com/login/oauth/access_token"),
        ("github", "https://api.github.com", "https://github.com/login/oauth/access_token"),
        ("sentry", "https://sentry.acme.example/api/0", "https://sentry.acme.example/oauth/token/"),
        ("sentry", "https://de.sentry.io", "https://sentry.io/oauth/token/"),
        ("linear", "https://elsewhere.example", "https://api.linear.app/oauth/token"),
    ],
)
def test_self_hosted_server_issues_its_own_tokens(name: str, api: str, expected: str) -> None:
    flow = PROVIDER_CLASSES[name].oauth

    assert flow is not None
    assert flow.token_request(api, "", {}).url == expected
    assert flow.token_request(api, "https://token.example/", {}).url == "https://token.example/"


@pytest.mark.django_db
def test_sentry_installation_is_exchanged_and_refreshed(
    project: Project, vendor: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    until = datetime.now(UTC) + timedelta(hours=8)
    vendor.answer = {
        "id": "7",
        "token": "st-1234567",
        "refreshToken": "sr-1234567",
        "expiresAt": until.isoformat(),
    }
    monkeypatch.setenv("KRAFTER_SENTRY_URL", vendor.server.url_for("/").rstrip("/"))
    monkeypatch.setenv("KRAFTER_SENTRY_CLIENT_ID", "id")
    monkeypatch.setenv("KRAFTER_SENTRY_CLIENT_SECRET", "client-secret")

    connect_by_code(project, "sentry", auth_code="code-1", installation_id=INSTALLATION)
    stored = credentials.open_credentials(Integration.objects.get())
    vendor.answer |= {"token": "st-7654321", "refreshToken": "sr-7654321"}
    with Client() as client:
        renewed = oauth.refresh_tokens(client, PROVIDER_CLASSES["sentry"], stored)

    client_of_ours = {"client_id": "id", "client_secret": "client-secret"}
    path = f"/api/0/sentry-app-installations/{INSTALLATION}/authorizations/"
    assert vendor.requests == [
        (path, "json", {"grant_type": "authorization_code", "code": "code-1", **client_of_ours}),
        (path, "json", {"grant_type": "refresh_token", "refresh_token": "sr-1234567", **client_of_ours}),
    ]
    assert (stored["token"], stored["installation_id"]) == ("st-1234567", INSTALLATION)
    assert (renewed["token"], renewed["refresh_token"]) == ("st-7654321", "sr-7654321")
    assert oauth.is_refresh_due({**stored, "refresh_at": until.isoformat()}) is False


@pytest.mark.django_db
def test_installation_id_is_for_sentry_only(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KRAFTER_LINEAR_CLIENT_ID", "id")
    monkeypatch.setenv("KRAFTER_LINEAR_CLIENT_SECRET", "client-secret")

    with pytest.raises(SignInRefused, match="Linear does not use an installation_id"):
        services.exchange_code(project, "linear", auth_code="code-1", installation_id=INSTALLATION)
    assert Integration.objects.count() == 0


@pytest.mark.parametrize(
    ("answer", "kind", "message"),
    [
        (
            {"error": "invalid_grant", "error_description": "the refresh token rt-secret is revoked"},
            GrantRefused,
            "no longer accepts the sign-in: connect again.",
        ),
        (
            {"error": "slow_down", "error_description": "the refresh token rt-secret is busy"},
            ProviderUnavailable,
            "did not issue a token (slow_down).",
        ),
        ({"error": "rt-secret is revoked"}, ProviderUnavailable, "did not issue a token (refused)."),
        ({"token": "", "refreshToken": ""}, ProviderUnavailable, NO_TOKEN),
        ({"access_token": None}, ProviderUnavailable, NO_TOKEN),
        ([], ProviderUnavailable, NO_TOKEN),
        ("nothing", ProviderUnavailable, NO_TOKEN),
    ],
)
def test_rejection_contains_none_of_the_sent_values(
    vendor: Vendor, answer: Any, kind: type[Exception], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    vendor.answer = answer

    for name in DOCUMENTED:
        monkeypatch.setenv(f"KRAFTER_{name.upper()}_TOKEN_URL", vendor.server.url_for("/token"))
        monkeypatch.setenv(f"KRAFTER_{name.upper()}_CLIENT_ID", "id")
        monkeypatch.setenv(f"KRAFTER_{name.upper()}_CLIENT_SECRET", "client-secret")
        with Client() as client, pytest.raises(kind) as caught:
            oauth.refresh_tokens(client, PROVIDER_CLASSES[name], {"token": "x", "refresh_token": "rt-secret"})
        assert str(caught.value) == f"{PROVIDER_CLASSES[name].title} {message}"


def test_life_of_too_many_digits_is_ignored(vendor: Vendor, monkeypatch: pytest.MonkeyPatch) -> None:
    vendor.answer = {"access_token": "at-1234567", "expires_in": "9" * 5000}
    monkeypatch.setenv("KRAFTER_GITHUB_TOKEN_URL", vendor.server.url_for("/token"))
    monkeypatch.setenv("KRAFTER_GITHUB_CLIENT_ID", "id")
    monkeypatch.setenv("KRAFTER_GITHUB_CLIENT_SECRET", "client-secret")

    with Client() as client:
        found = oauth.refresh_tokens(
            client, PROVIDER_CLASSES["github"], {"token": "x", "refresh_token": "rt"}
        )

    assert found["token"] == "at-1234567"
