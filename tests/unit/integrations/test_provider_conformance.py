"""Every provider of the registry handles a token that is not refreshed, and a response that is not JSON."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.actors import SYSTEM
from accounts.models import Project
from integrations import credentials, services
from integrations.models import Integration
from integrations.providers.errors import ProviderRefused, ProviderUnavailable
from integrations.providers.registry import PROVIDER_CLASSES, PROVIDERS
from integrations.sync import engine
from krafter_audit.http.client import Client, Limits
from tests.fakes.token_endpoint import CLIENT_ID, CLIENT_SECRET, SENTRY_GRANT_TYPE, TokenEndpoint
from tests.fakes.vendor_server import Answer, RawAnswer, Request, listen
from tests.fakes.vendors import Vendor, exchange_everything, serve
from tests.unit.integrations.conftest import run_sync

pytestmark = pytest.mark.slow

# Where the same code reads the answers of all vendors.
AT_ONE_VENDOR = pytest.mark.parametrize("vendor", ["github"], indirect=True)
HTML = {"Content-Type": "text/html"}
INSTALLATION = "7a485448-a9e2-4c85-8a3c-4f44175783c9"
TRUNCATED = b'{"access_token": "at-1'


@pytest.fixture(params=PROVIDERS)
def vendor(
    request: pytest.FixtureRequest, loopback: None, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Vendor]:
    """Each provider of the registry in turn."""
    with serve(request.param) as served:
        monkeypatch.setenv(f"KRAFTER_{request.param.upper()}_URL", f"{served.url}{served.base}")
        yield served


# ---- Tokens


@dataclass
class SignIn:
    """An integration whose sign-in has an outdated token, and its token endpoint."""

    row: Integration
    tokens: TokenEndpoint

    def stored(self) -> dict[str, Any]:
        """Return the stored credentials."""
        return credentials.open_credentials(Integration.objects.get(pk=self.row.pk))

    def sync(self) -> Integration:
        """Request a sync, and run it."""
        return run_sync(self.row)

    def resume(self) -> Integration:
        """Run a paused sync when its time has come."""
        Integration.objects.filter(pk=self.row.pk).update(not_before=timezone.now())
        engine.sync(self.row.pk)
        self.row.refresh_from_db()
        return self.row


@pytest.fixture
def sign_in(vendor: Vendor, project: Project, monkeypatch: pytest.MonkeyPatch) -> Iterator[SignIn]:
    """A sign-in at each provider."""
    valid = vendor.signed_in or vendor.credentials
    tokens = TokenEndpoint(valid["token"])
    with listen(tokens.answer) as url:
        for name, value in (
            ("TOKEN_URL", f"{url}/token"),
            ("CLIENT_ID", CLIENT_ID),
            ("CLIENT_SECRET", CLIENT_SECRET),
        ):
            monkeypatch.setenv(f"KRAFTER_{vendor.name.upper()}_{name}", value)
        row = connect(project, vendor, valid, tokens, expires_in=-60)
        yield SignIn(row, tokens)


def connect(
    project: Project, vendor: Vendor, valid: dict[str, Any], tokens: TokenEndpoint, *, expires_in: int
) -> Integration:
    """Connect with a token that is due for a refresh; one that has not expired yet is valid."""
    given = {
        **valid,
        "token": valid["token"] if expires_in > 0 else "at-outdated",
        "refresh_token": tokens.refresh_token,
        "refresh_at": (datetime.now(UTC) - timedelta(seconds=60)).isoformat(),
        "expires_at": (datetime.now(UTC) + timedelta(seconds=expires_in)).isoformat(),
    }
    return services.connect(project, vendor.name, credentials=given, by=SYSTEM)


OUTAGES: dict[str, Answer | RawAnswer] = {
    "500": (500, {}, {}),
    "500 with a refusal": (500, {}, {"error": "invalid_grant"}),
    "503 with HTML": (503, HTML, b"<html>"),
    "429": (429, {}, {}),
    "408": (408, {}, {}),
    "200 with HTML": (200, HTML, b"<html>Back in a minute</html>"),
    "404 with HTML": (404, HTML, b"<html>"),
    "truncated JSON": (200, {}, TRUNCATED),
    "refusal cut off": (400, {}, b'{"error": "invalid_gr'),
    "empty body": (200, {}, b""),
    "JSON list": (200, {}, [7]),
    "no token": (200, {}, {}),
    "token of another type": (200, {}, {"access_token": 7}),
    "temporary error": (400, {}, {"error": "temporarily_unavailable"}),
    "server error as a refusal": (400, {}, {"error": "server_error"}),
    "invalid request": (400, {}, {"error": "invalid_request"}),
    "connection closed": RawAnswer(b""),
}


@pytest.mark.django_db
@AT_ONE_VENDOR
@pytest.mark.parametrize("outage", OUTAGES.values(), ids=OUTAGES.keys())
def test_refresh_that_fails_temporarily_is_repeated_later_with_the_same_token(
    sign_in: SignIn, vendor: Vendor, outage: Any
) -> None:
    sign_in.tokens.faults.append(outage)

    row = sign_in.sync()
    paused = (row.status, row.last_error, sign_in.stored()["refresh_token"], len(vendor.requests))
    wait = row.not_before - timezone.now()
    row = sign_in.resume()

    assert paused == ("syncing", "", "rt-0000000", 0)
    assert timedelta(seconds=30) < wait <= timedelta(minutes=5)
    assert [request.body["refresh_token"] for request in sign_in.tokens.requests] == ["rt-0000000"] * 2
    assert (row.status, row.last_error) == ("connected", "")
    assert sign_in.stored()["refresh_token"] == "rt-0000002"


@pytest.mark.django_db
def test_refresh_is_repeated_by_the_schedule_after_five_outages(sign_in: SignIn) -> None:
    sign_in.tokens.faults += [(500, {}, {})] * 5

    row = sign_in.sync()
    while row.status == "syncing":
        row = sign_in.resume()
    failed = (row.status, len(sign_in.tokens.requests), row.last_error)
    Integration.objects.update(next_sync_at=timezone.now())
    services.start_due_syncs()
    row = sign_in.resume()

    assert failed == ("error", 5, f"{PROVIDER_CLASSES[row.provider].title} answered with status 500.")
    assert (row.status, row.last_error) == ("connected", "")


@pytest.mark.django_db
@AT_ONE_VENDOR
def test_valid_token_is_used_while_it_cannot_be_refreshed(
    sign_in: SignIn, vendor: Vendor, project: Project
) -> None:
    valid = vendor.signed_in or vendor.credentials
    sign_in.row = connect(project, vendor, valid, sign_in.tokens, expires_in=600)
    sign_in.tokens.faults.append((500, {}, {}))

    row = sign_in.sync()
    first = (row.status, sign_in.stored()["refresh_token"])
    row = sign_in.sync()

    assert first == ("connected", "rt-0000000")
    assert (row.status, sign_in.stored()["refresh_token"]) == ("connected", "rt-0000002")


@pytest.mark.django_db
def test_refused_refresh_token_requires_a_new_connection(sign_in: SignIn, vendor: Vendor) -> None:
    sign_in.tokens.refresh_token = "rt-another"

    row = sign_in.sync()

    title = PROVIDER_CLASSES[row.provider].title
    assert (row.status, row.last_error) == ("error", f"{title} no longer accepts the sign-in: connect again.")
    assert (len(sign_in.tokens.requests), vendor.requests) == (1, [])


@pytest.mark.django_db
@AT_ONE_VENDOR
@pytest.mark.parametrize("code", ["invalid_client", "unauthorized_client", "unsupported_grant_type"])
def test_refused_oauth_client_is_an_error_for_the_operator(sign_in: SignIn, code: str) -> None:
    sign_in.tokens.faults.append((401, {}, {"error": code}))

    row = sign_in.sync()
    failed = (row.status, row.last_error, sign_in.stored()["refresh_token"])
    recovered = sign_in.sync().status

    name = row.provider.upper()
    assert failed[0] == "error"
    assert f"({code})" in failed[1]
    assert f"KRAFTER_{name}_CLIENT_ID and KRAFTER_{name}_CLIENT_SECRET" in failed[1]
    assert "connect again" not in failed[1]
    assert (failed[2], recovered) == ("rt-0000000", "connected")


LOSSES: dict[str, Answer | RawAnswer] = {
    "connection closed": RawAnswer(b""),
    "500": (500, {}, {}),
    "truncated JSON": (200, {}, TRUNCATED),
    "closed in the body": RawAnswer(b'HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n{"acc'),
}


@pytest.mark.django_db
@AT_ONE_VENDOR
@pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES.keys())
def test_lost_answer_of_a_refresh_is_requested_again_within_the_leeway(sign_in: SignIn, loss: Any) -> None:
    sign_in.tokens.losses.append(loss)

    paused = sign_in.sync().status
    row = sign_in.resume()

    assert (paused, row.status, row.last_error) == ("syncing", "connected", "")
    assert sign_in.stored()["refresh_token"] == sign_in.tokens.refresh_token


@pytest.mark.django_db
@AT_ONE_VENDOR
def test_lost_answer_of_a_refresh_without_leeway_requires_a_new_connection(sign_in: SignIn) -> None:
    sign_in.tokens.has_leeway = False
    sign_in.tokens.losses.append(RawAnswer(b""))

    paused = sign_in.sync().status
    row = sign_in.resume()

    assert (paused, row.status) == ("syncing", "error")
    assert row.last_error.endswith("connect again.")


@pytest.mark.django_db
def test_lost_answer_of_a_sentry_installation_is_replaced_by_a_signed_request(
    project: Project, loopback: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serve("sentry") as vendor:
        tokens = TokenEndpoint(vendor.credentials["token"], has_leeway=False, losses=[RawAnswer(b"")])

        def answer(request: Request) -> Answer | RawAnswer:
            is_token_request = request.path.endswith(f"/{INSTALLATION}/authorizations/")
            return tokens.answer(request) if is_token_request else vendor.answer(request)

        with listen(answer) as url:
            monkeypatch.setenv("KRAFTER_SENTRY_URL", url)
            monkeypatch.setenv("KRAFTER_SENTRY_CLIENT_ID", CLIENT_ID)
            monkeypatch.setenv("KRAFTER_SENTRY_CLIENT_SECRET", CLIENT_SECRET)
            valid = {**vendor.credentials, "installation_id": INSTALLATION}
            sign_in = SignIn(connect(project, vendor, valid, tokens, expires_in=-60), tokens)
            paused = sign_in.sync().status
            row = sign_in.resume()

    grants = [request.body["grant_type"] for request in tokens.requests]
    assert (paused, row.status, row.last_error) == ("syncing", "connected", "")
    assert grants == ["refresh_token", "refresh_token", SENTRY_GRANT_TYPE]
    assert sign_in.stored()["refresh_token"] == tokens.refresh_token
    assert CLIENT_SECRET not in str(tokens.requests[-1])


# ---- Answers that are not JSON


def truncated(valid: Answer) -> Answer:
    return valid[0], valid[1], json.dumps(valid[2]).encode()[:-1]


def is_read(request: Request) -> bool:
    """Return whether a request only reads."""
    if request.document:
        return request.document.lstrip().startswith("query")
    return request.method == "GET" or bool(re.search(r"/jql$|/query$|:inspect$|:runReport$", request.path))


def subject(request: Request) -> str:
    """Return what a request reads."""
    return request.operation or request.path


def identity(request: Request) -> str:
    """Return what two requests have in common when one repeats the other."""
    return f"{request.method} {request.target} {request.body}"


@pytest.fixture
def http(loopback: None) -> Iterator[Client]:
    """The HTTP client, with limits that a busy machine does not reach."""
    with Client(limits=Limits(connect=5.0, read=10.0, total=10.0, body=10**6)) as client:
        yield client


def test_read_whose_answer_is_unreadable_twice_is_repeated(vendor: Vendor, http: Client) -> None:
    seen: Counter[str] = Counter()

    def break_twice(request: Request, valid: Answer) -> Any:
        if not is_read(request) or valid[0] >= 300:
            return valid
        seen[identity(request)] += 1
        return truncated(valid) if seen[identity(request)] <= 2 else valid

    vendor.fault = break_twice

    assert exchange_everything(vendor.provider(http)) > 0
    assert vendor.complaints == []
    assert seen
    assert min(seen.values()) >= 3


def test_read_whose_answer_stays_unreadable_is_sent_three_times(vendor: Vendor, http: Client) -> None:
    exchange_everything(vendor.provider(http))
    reads = {subject(request) for request in vendor.requests if is_read(request)}
    sent: Counter[str] = Counter()
    # The first answer that cannot be read may end the exchange: each read in turn is that of the broken answers.
    for read in sorted(reads):

        def break_read(request: Request, valid: Answer, read: str = read) -> Any:
            if subject(request) != read or not is_read(request) or valid[0] >= 300:
                return valid
            sent[identity(request)] += 1
            return truncated(valid)

        vendor.fault = break_read
        with suppress(ProviderRefused, ProviderUnavailable):  # no other error
            exchange_everything(vendor.provider(http))

    assert set(sent.values()) == {3}


@pytest.mark.django_db
@AT_ONE_VENDOR
def test_sync_with_unreadable_answers_is_repeated_by_the_schedule(vendor: Vendor, project: Project) -> None:
    row = services.connect(project, vendor.name, credentials=vendor.credentials, by=SYSTEM)
    vendor.fault = lambda request, valid: (200, {}, TRUNCATED)

    row = run_sync(row)
    failed = (row.status, len(vendor.requests), row.next_sync_at is not None)
    vendor.fault = lambda request, valid: valid
    Integration.objects.update(next_sync_at=timezone.now())
    services.start_due_syncs()
    engine.sync(row.pk)
    row.refresh_from_db()

    assert failed == ("error", 3, True)
    assert (row.status, row.last_error) == ("connected", "")
