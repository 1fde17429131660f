"""Google's service accounts: a signed request, a token for an hour, and invalid keys."""

import base64
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from django.utils import timezone
from pytest_django import Settings

from accounts.actors import SYSTEM
from accounts.models import Project
from integrations import services
from integrations.models import Integration, SyncRun
from integrations.oauth.service_accounts import find_key, request_token
from integrations.providers.errors import ProviderRefused, ProviderUnavailable
from integrations.providers.registry import PROVIDER_CLASSES
from integrations.sync import engine
from krafter_audit.http.client import Client
from tests.fakes.vendor_server import Answer, FakeServer, Request, serve
from tests.unit.integrations.oauth.service_account_key import KEY, PEM, PRIVATE

pytestmark = pytest.mark.slow

SITE = "https://example.com/"


class Google:
    """A token endpoint and a Search Console whose tokens may be outdated."""

    def __init__(self) -> None:
        self.assertions: list[str] = []
        self.good: set[str] = set()
        self.refusal: Answer | None = None

    def __call__(self, request: Request) -> Answer:
        if request.path == "/token":
            assert request.body is not None
            self.assertions.append(request.body["assertion"])
            fresh = f"ya29.token-{len(self.assertions)}"
            self.good = {fresh}
            return self.refusal or (200, {}, {"access_token": fresh, "expires_in": 3599})
        if request.headers.get("authorization", "").removeprefix("Bearer ") not in self.good:
            return 401, {}, {"error": {"code": 401, "status": "UNAUTHENTICATED"}}
        if request.path.endswith("/query"):
            return 200, {}, {}
        return 200, {}, {"siteUrl": SITE, "permissionLevel": "SITE_OWNER"}


@pytest.fixture
def google() -> Google:
    return Google()


@pytest.fixture
def server(google: Google, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeServer]:
    settings.KRAFTER_ALLOWED_NETWORKS = "127.0.0.0/8"
    with serve(google, None) as served:
        monkeypatch.setenv("KRAFTER_GSC_URL", served.url)
        monkeypatch.setenv("KRAFTER_GSC_TOKEN_URL", f"{served.url}/token")
        yield served


def fetch_token(key: dict[str, Any], name: str = "gsc") -> str:
    with Client() as client:
        return request_token(client, PROVIDER_CLASSES[name], key)


def part(text: str) -> Any:
    return json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))


def test_token_is_requested_with_a_signed_jwt(server: FakeServer, google: Google) -> None:
    given = fetch_token(KEY)

    header, claims, signature = google.assertions[0].split(".")
    payload = part(claims)
    assert given == "ya29.token-1"
    assert part(header) == {"alg": "RS256", "kid": "k1", "typ": "JWT"}
    assert (payload["iss"], payload["aud"], payload["scope"]) == (
        "audit@acme.iam.gserviceaccount.com",
        "https://oauth2.googleapis.com/token",
        "https://www.googleapis.com/auth/webmasters.readonly",
    )
    assert payload["exp"] - payload["iat"] == 3600
    assert abs(payload["iat"] - time.time()) < 60
    PRIVATE.public_key().verify(
        base64.urlsafe_b64decode(signature + "=="),
        f"{header}.{claims}".encode(),
        padding.PKCS1v15(),
        hashes.SHA256(),
    )


def test_key_may_be_an_object_text_or_the_credentials() -> None:
    assert find_key({"service_account": KEY}) == KEY
    assert find_key({"service_account": json.dumps(KEY)}) == KEY
    assert find_key({**KEY, "site_url": SITE}) == {**KEY, "site_url": SITE}
    assert find_key({"token": "ya29.x"}) is None
    assert find_key({"service_account": "{"}) == {}


@pytest.mark.parametrize(
    ("key", "sentence"),
    [
        ({}, "must be the JSON key file"),
        ({**KEY, "private_key": 7}, "must be the JSON key file"),
        (
            {**KEY, "private_key": "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"},
            "cannot be read",
        ),
        ({**KEY, "private_key": "secret"}, "cannot be read"),
    ],
)
def test_invalid_key_is_refused_without_a_request(
    server: FakeServer, key: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(ProviderRefused, match=sentence):
        fetch_token(key)
    assert server.requests == []


def test_provider_without_service_accounts_refuses_one(server: FakeServer) -> None:
    with pytest.raises(ProviderRefused, match="Linear has no service accounts"):
        fetch_token(KEY, "linear")


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ((400, {}, {"error": "invalid_grant", "error_description": PEM}), ProviderRefused),
        ((503, {}, {}), ProviderUnavailable),
        ((429, {}, {}), ProviderUnavailable),
        ((200, {}, b"<html>"), ProviderUnavailable),
        ((200, {}, {}), ProviderUnavailable),
        ((400, {}, b'{"error": "invalid_gr'), ProviderUnavailable),
        ((400, {}, {"error": "internal_failure", "error_description": PEM}), ProviderUnavailable),
        ((401, {}, {"error": "unauthorized_client"}), ProviderRefused),
    ],
)
def test_error_is_refused_or_unavailable_and_contains_no_key(
    server: FakeServer, google: Google, answer: Answer, kind: type[Exception]
) -> None:
    google.refusal = answer

    with pytest.raises(kind) as caught:
        fetch_token(KEY)
    assert "PRIVATE" not in str(caught.value)


@pytest.mark.django_db
def test_unavailable_token_endpoint_pauses_the_sync(
    server: FakeServer, google: Google, project: Project
) -> None:
    given = {"service_account": KEY, "site_url": SITE}
    row = services.connect(project, "gsc", credentials=given, by=SYSTEM)
    google.refusal = (500, {}, {})
    services.sync_now(project, "gsc", by=SYSTEM)

    engine.sync(row.pk)
    row.refresh_from_db()
    paused = (row.status, row.last_error, row.not_before > timezone.now())
    google.refusal = None
    Integration.objects.update(not_before=timezone.now())
    engine.sync(row.pk)

    row.refresh_from_db()
    assert paused == ("syncing", "", True)
    assert (row.status, row.last_error) == ("connected", "")


@pytest.mark.django_db
def test_sync_requests_a_new_token_when_the_first_expires(
    server: FakeServer, google: Google, project: Project
) -> None:
    given = {"service_account": KEY, "site_url": SITE}
    row = services.connect(project, "gsc", credentials=given, by=SYSTEM)
    server.next_answer("/sitemaps$", 401, {}, {"error": {"code": 401}})
    services.sync_now(project, "gsc", by=SYSTEM)

    engine.sync(row.pk)

    row.refresh_from_db()
    assert (row.status, row.last_error, len(google.assertions)) == ("connected", "", 2)
    everything = str(list(Integration.objects.values())) + str(list(SyncRun.objects.values()))
    assert "PRIVATE KEY" not in everything
    assert "ya29" not in everything
