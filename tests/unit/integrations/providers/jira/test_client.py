"""Requests to Jira: the site, refusals, outages, rate limits and credentials."""

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from integrations.credentials import redact
from integrations.providers.errors import ProviderRefused, ProviderUnavailable, TokenRejected
from integrations.providers.jira import Jira
from krafter_audit.http.client import Client, Limits
from tests.fakes.trackers import jira as fake_jira
from tests.fakes.trackers.jira import API_TOKEN, CLOUD_ID, CREDENTIALS, TOKEN, FakeJira
from tests.unit.integrations.providers.drafts import LONG_AGO, draft
from tests.unit.integrations.providers.jira.conftest import connect, connect_by_oauth
from tests.unit.integrations.providers.jira.ticket_parts import FIRST
from tests.unit.integrations.providers.rate_limits import unavailable_for


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (401, "does not accept the credentials: connect again"),
        (403, "denies access to myself: the account lacks a permission"),
        (404, "did not find myself, or"),
        (410, "did not find myself"),
        (302, "has moved"),
        (400, "status 400: Nothing is here"),
    ],
)
def test_refusal_has_a_message_and_is_not_retried(
    provider: Jira, jira: FakeJira, status: int, sentence: str
) -> None:
    jira.next_answer("GET", "/myself$", (status, {}, {"errorMessages": ["Nothing\n is here."], "errors": {}}))

    with pytest.raises((ProviderRefused, TokenRejected), match=sentence):
        provider.check_connection()
    assert len(jira.requests) == 1


@pytest.mark.parametrize(
    "body", [b"<html>", b"[]", b"null", {"errors": 1, "errorMessages": 7}, {"message": None}]
)
def test_undocumented_error_is_refused(provider: Jira, jira: FakeJira, body: Any) -> None:
    jira.next_answer("GET", "/myself$", (400, {}, body))

    with pytest.raises(ProviderRefused, match=r"\(status 400\)"):
        provider.check_connection()


def test_captcha_requires_a_sign_in_in_the_browser(provider: Jira, jira: FakeJira) -> None:
    headers = {"X-Authentication-Denied-Reason": "CAPTCHA_CHALLENGE; login-url=https://acme.atlassian.net"}
    jira.next_answer("GET", "/myself$", (403, headers, b"<html>"))

    with pytest.raises(ProviderRefused, match="requires a sign-in in the browser"):
        provider.check_connection()


def test_archived_project_is_refused(provider: Jira, jira: FakeJira) -> None:
    jira.next_answer("GET", "/project/SHOP$", (200, {}, {"key": "SHOP", "archived": True}))

    with pytest.raises(ProviderRefused, match="SHOP is archived"):
        provider.check_connection()


def test_wrong_credentials_are_refused(jira: FakeJira, http_client: Client) -> None:
    with pytest.raises(TokenRejected, match="does not accept the credentials"):
        connect(jira, http_client, api_token="ATATT-other-one").check_connection()


def test_idempotent_request_is_tried_three_times(provider: Jira, jira: FakeJira) -> None:
    for _ in range(3):
        jira.next_answer("POST", "/search/jql$", (502, {}, b"<html>Bad gateway</html>"))

    with pytest.raises(ProviderUnavailable, match="status 502"):
        list(provider.changed_tickets(LONG_AGO))
    assert len(jira.requests) == 3


@pytest.mark.parametrize(
    ("status", "headers", "seconds"),
    [
        (429, {"Retry-After": "30"}, 30),
        (429, {"Retry-After": "30", "X-RateLimit-Reset": "2099-01-01T00:00:00Z"}, 30),
        (503, {"Retry-After": "90"}, 90),
        (429, {}, 60),
        (429, {"Retry-After": "soon", "X-RateLimit-Reset": "never"}, 60),
        (429, {"X-RateLimit-Reset": "2020-01-01T00:00:00Z"}, 60),
        (429, {"Retry-After": "9" * 30}, 86_400),
    ],
)
def test_rate_limit_sets_retry_at_and_is_not_retried(
    provider: Jira, jira: FakeJira, status: int, headers: dict[str, str], seconds: int
) -> None:
    jira.next_answer("GET", "/myself$", (status, headers, {}))

    with unavailable_for(seconds):
        provider.check_connection()

    assert len(jira.requests) == 1


@pytest.mark.parametrize("written", ["%Y-%m-%dT%H:%MZ", "%Y-%m-%dT%H:%M:%S+00:00", "%Y-%m-%dT%H:%M:%S"])
def test_rate_limit_ends_at_its_reset(provider: Jira, jira: FakeJira, written: str) -> None:
    reset = (datetime.now(UTC) + timedelta(minutes=10)).replace(second=0, microsecond=0)
    jira.next_answer("GET", "/myself$", (429, {"X-RateLimit-Reset": reset.strftime(written)}, {}))

    with pytest.raises(ProviderUnavailable) as caught:
        provider.check_connection()
    assert caught.value.retry_at == reset


def test_timeout_is_unavailable(jira: FakeJira) -> None:
    released = threading.Event()

    def late() -> Any:
        released.wait(5)
        return 200, {}, {}

    for _ in range(3):
        jira.next_answer("GET", "/myself$", late)

    with Client(limits=Limits(connect=1, read=0.05, total=0.1)) as client:
        with pytest.raises(ProviderUnavailable, match="sent no data in time"):
            connect(jira, client).check_connection()
        released.set()


@pytest.mark.parametrize(
    ("credentials", "sentence"),
    [
        ({"api_token": ""}, "need a valid 'API token'"),
        ({"email": None}, "need a valid 'E-mail address'"),
        ({"api_token": "a\r\nX-Evil: 1"}, "need a valid 'API token'"),
        ({"project_key": ["x"]}, "need a valid 'Project key'"),
        ({"project_key": 'X" OR project = "Y'}, "key of a Jira project"),
        ({"project_key": "../admin"}, "key of a Jira project"),
        ({"site": "evil.example"}, "must be a Jira Cloud site"),
        ({"site": "acme.atlassian.net.evil.example"}, "must be a Jira Cloud site"),
        ({"site": "http://acme.atlassian.net"}, "must be a Jira Cloud site"),
        ({"site": "https://x@acme.atlassian.net"}, "must be a Jira Cloud site"),
        ({"site": ""}, "need a valid 'Site'"),
    ],
)
def test_invalid_credentials_are_refused_without_a_request(
    jira: FakeJira, http_client: Client, credentials: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(ProviderRefused, match=sentence):
        list(connect(jira, http_client, **credentials).changed_tickets(LONG_AGO))
    assert jira.requests == []


@pytest.mark.parametrize(
    "site", ["acme", "acme.atlassian.net", "https://acme.atlassian.net/", "ACME.Atlassian.net"]
)
def test_site_is_read_from_name_or_url(http_client: Client, site: str) -> None:
    provider = Jira(http_client, {**CREDENTIALS, "site": site})

    assert provider.base_url == "https://acme.atlassian.net"
    assert provider.owns(FIRST)


def test_encoded_credentials_are_redacted(provider: Jira) -> None:
    message = f"Denied to {API_TOKEN} ({fake_jira.BASIC}) at {fake_jira.HOST}"

    assert redact(message, provider.secrets) == "Denied to [hidden] ([hidden]) at acme.atlassian.net"


@pytest.mark.parametrize("chosen", [{}, {"cloud_id": CLOUD_ID}, {"site": "acme"}])
def test_oauth_requests_go_through_the_gateway(
    jira: FakeJira, http_client: Client, chosen: dict[str, str]
) -> None:
    if chosen:
        jira.sites.append({"id": "99999999-other", "url": "https://other.atlassian.net"})
    provider = connect_by_oauth(jira, http_client, **chosen)

    provider.check_connection()
    ticket = provider.create_ticket(draft())

    assert jira.requests[1].path == f"/ex/jira/{CLOUD_ID}/rest/api/3/myself"
    assert {request.headers["authorization"] for request in jira.requests} == {f"Bearer {TOKEN}"}
    assert len(jira.received("GET", "/accessible-resources")) == 1
    assert (ticket.external_id, ticket.url) == (FIRST, "https://acme.atlassian.net/browse/SHOP-1")


@pytest.mark.parametrize(
    "sites",
    [[], [{"id": "a1", "url": "https://a.atlassian.net"}, {"id": "b2", "url": "https://b.atlassian.net"}]],
)
def test_oauth_requires_access_to_one_site(jira: FakeJira, http_client: Client, sites: list[Any]) -> None:
    jira.sites = sites

    with pytest.raises(ProviderRefused, match="must have access to one site"):
        connect_by_oauth(jira, http_client).check_connection()


def test_cloud_id_cannot_change_the_path(jira: FakeJira, http_client: Client) -> None:
    jira.sites = [{"id": "../../x", "url": "https://acme.atlassian.net"}]

    with pytest.raises(ProviderRefused, match="must have access to one site"):
        connect_by_oauth(jira, http_client, cloud_id="../../x").check_connection()


def test_list_without_an_end_is_not_read_without_an_end(
    provider: Jira, jira: FakeJira, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("integrations.providers.base.MAX_PAGES", 3)
    for _ in range(5):
        jira.next_answer("GET", "/comment$", (200, {}, {"comments": [{"body": None}], "total": 10**9}))

    with pytest.raises(ProviderUnavailable, match="more than 3 pages"):
        provider.comment_ids(FIRST, "marker")
    assert len(jira.received("GET", "/comment")) == 3
