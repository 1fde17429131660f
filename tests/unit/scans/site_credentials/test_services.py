"""Site credentials are sent to their site only, and are not disclosed anywhere."""

import base64
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import trustme
from django.core.management import call_command

from events.models import Event
from findings.models import Finding
from krafter_audit.http.client import Client, RequestCredentials, Unreachable
from remediation import jobs as remediation_jobs
from remediation.models import Evidence, Verification
from scanner import registry
from scans import jobs
from scans.models import SiteCredentials
from scans.site_credentials import services
from tests import factories
from tests.factories import Scenario
from tests.fakes.faulty_site import GOOD_PAGE
from tests.fakes.page_checks import run_checks
from tests.fakes.website import Answer, Site, served, tls_context

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_retry_delay")]
SECRETS = {"headers": {"X-Staging-Key": "k3y-4-staging&more"}, "cookies": {"session": "c00kie-v4lue"}}
PASSWORD = "pa55word with blanks"
HTML = [("Content-Type", "text/html; charset=utf-8")]
INSIDE = GOOD_PAGE.replace("<p>", '<p class="who">Signed in as Ada</p><p>')


class Guarded(Site):
    """Accept requests with all credentials, and reject others."""

    def answer(self, method: str, path: str, headers: dict[str, str]) -> Answer:
        self.requests.append((method, path, headers))
        is_allowed = headers.get("x-staging-key") and "session=" in headers.get("cookie", "")
        if not is_allowed:
            return Answer("<title>Sign in</title>", 200, HTML)
        page = self.answers.get(path, Answer("missing", 404))
        made: Answer = page(headers) if callable(page) else page
        return made


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA(key_type=trustme.KeyType.ECDSA)


@pytest.fixture
def trusted(settings: Any, authority: trustme.CA, tmp_path: Any) -> None:
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    settings.KRAFTER_ALLOWED_NETWORKS, settings.KRAFTER_CA_FILE = "127.0.0.0/8", str(path)


@pytest.fixture
def staging(trusted: None, authority: trustme.CA) -> Iterator[Site]:
    site = Guarded(answers={"/": Answer(INSIDE, 200, HTML)})
    with served(site, tls_context(authority)) as up:
        yield up


@pytest.fixture
def other_site(trusted: None, authority: trustme.CA) -> Iterator[Site]:
    with served(Site(answers={"/": Answer(INSIDE, 200, HTML)}), tls_context(authority)) as up:
        yield up


@pytest.fixture
def scenario(db: None, staging: Site) -> Scenario:
    return factories.scenario(site_url=staging.url)


def put(scenario: Scenario, url: str, **more: Any) -> Any:
    return scenario.client.call("put", "access", {"origin": url, **SECRETS, **more})


def verified(scenario: Scenario, check: str = "security_header_csp") -> dict[str, Any]:
    """Run a verification and return the first page of its evidence."""
    task = factories.task(scenario, of=factories.finding(scenario, checks=[check]))
    made = scenario.client.call("post", "verifications/run", {"task_id": str(task.pk)}).json()["data"]
    remediation_jobs.run_verification(made["id"])
    remediation_jobs.finish_without_browser(made["id"])
    page: dict[str, Any] = json.loads(Evidence.objects.get(verification_id=made["id"]).body)["pages"][0]
    return page


def received_credentials(site: Site) -> set[tuple[str | None, str | None, str | None]]:
    """Return the credentials in the requests to a site."""
    return {(h.get("x-staging-key"), h.get("cookie"), h.get("authorization")) for _, _, h in site.requests}


def test_only_kinds_and_origin_are_returned(scenario: Scenario, staging: Site):
    basic = {"username": "ada", "password": PASSWORD}

    response = put(scenario, staging.url, basic=basic, logged_in={"selector": ".who"})

    shown = response.json()["data"]
    assert (response.status_code, list(shown)) == (
        200, ["org_id", "project_id", "origin", "kinds", "logged_in", "created_at", "updated_at"],
    )  # fmt: skip
    assert (shown["origin"], shown["kinds"]) == (staging.url.rstrip("/"), ["headers", "cookies", "basic"])
    assert shown["logged_in"] == {"selector": ".who", "text": ""}
    assert scenario.client.call("get", "access").json()["data"] == shown
    assert Event.objects.get(name="site_credentials.set").data == {
        "origin": shown["origin"],
        "kinds": shown["kinds"],
    }


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"origin": "http://staging.example.com"}, "origin"),
        ({"origin": "https://staging.example.com/path"}, "origin"),
        ({"origin": "staging"}, "origin"),
        ({"headers": {"Host": "evil.example"}}, "headers"),
        ({"headers": {"User-Agent": "x"}}, "headers"),
        ({"headers": {"X-A": "a\r\nX-B: b"}}, "headers"),
        ({"headers": {"X-A": "ünïcode"}}, "headers"),
        ({"headers": {"X A": "a"}}, "headers"),
        ({"headers": {"X-A": "1234", "x-a": "5678"}}, "headers"),
        ({"headers": {f"X-{number}": "a" for number in range(51)}}, "headers"),
        ({"headers": {"Authorization": "Bearer t"}, "basic": {"username": "a", "password": "b"}}, "headers"),
        ({"cookies": {"a": "b; c=d"}}, "cookies"),
        ({"cookies": {"a": 1}}, "cookies.a"),
        ({"basic": {"username": "a:b", "password": "p"}}, "basic.username"),
        ({"logged_in": {"selector": "p["}}, "logged_in.selector"),
        ({"logged_in": {}}, "logged_in"),
        ({"cookies": {}, "headers": {}}, "body"),
        ({"token": "x"}, "token"),
    ],
)
def test_invalid_credentials_are_rejected_and_not_stored(body: dict[str, Any], field: str):
    scenario = factories.scenario()
    sent = {"origin": "https://staging.example.com", "cookies": {"session": "c00kie-v4lue"}, **body}

    response = scenario.client.call("put", "access", sent)

    assert (response.status_code, list(response.json()["error"]["details"])) == (422, [field])
    assert SiteCredentials.objects.count() == 0


def test_scan_sends_the_credentials(scenario: Scenario, staging: Site):
    put(scenario, staging.url, logged_in={"selector": ".who", "text": "Signed in as"})

    assert verified(scenario)["status"] == "failed"  # the page was fetched, and it has no policy
    assert received_credentials(staging) == {("k3y-4-staging&more", "session=c00kie-v4lue", None)}


def test_basic_credentials_are_sent_as_authorization_header(scenario: Scenario, staging: Site):
    scenario.client.call(
        "put", "access", {"origin": staging.url, "basic": {"username": "ada", "password": PASSWORD}}
    )

    verified(scenario)

    assert received_credentials(staging) == {
        (None, None, "Basic " + base64.b64encode(f"ada:{PASSWORD}".encode()).decode())
    }


@pytest.mark.parametrize(
    "mark", [{"selector": ".nobody"}, {"text": "Signed out"}, {"selector": ".who", "text": "x y"}]
)
def test_page_without_login_marker_is_a_login_wall(scenario: Scenario, staging: Site, mark: dict[str, str]):
    put(scenario, staging.url, logged_in=mark)

    page = verified(scenario)

    assert (page["status"], page["reason"]) == ("inconclusive", "login_wall")


@pytest.mark.slow
def test_scan_with_rejected_credentials_reports_nothing(scenario: Scenario, staging: Site):
    put(
        scenario,
        staging.url,
        logged_in={"selector": ".who"},
        cookies={},
        headers={"X-Other": "k3y-4-staging"},
    )

    made = scenario.client.call("post", "scans/run", {}).json()["data"]
    jobs.run_scan(made["id"])

    assert Finding.objects.count() == 0


def test_credentials_are_sent_to_their_origin_only(scenario: Scenario, staging: Site, other_site: Site):
    put(scenario, staging.url)
    staging.answers["/"] = Answer("", 302, [("Location", f"{other_site.url}landing")])
    other_site.answers["/landing"] = Answer("", 302, [("Location", f"{staging.url}back")])

    verified(scenario)

    assert received_credentials(other_site) == {(None, None, None)}
    # A redirect back from another origin carries no credentials either.
    assert ("k3y-4-staging&more", "session=c00kie-v4lue", None) in received_credentials(staging)
    assert (None, None, None) in received_credentials(staging)


def test_credentials_are_sent_over_https_only(trusted: None):
    with served(Site(answers={"/": Answer(INSIDE, 200, HTML)})) as plain:
        credentials = RequestCredentials(plain.url.rstrip("/"), SECRETS["headers"], SECRETS["cookies"])
        with Client(credentials=credentials) as client:
            client.get(plain.url)

        assert received_credentials(plain) == {(None, None, None)}


def test_credentials_require_a_verified_certificate(staging: Site):
    credentials = RequestCredentials(staging.url.rstrip("/"), SECRETS["headers"])
    with Client(credentials=credentials, ca_file="") as client, pytest.raises(Unreachable):
        client.get(staging.url)

    assert received_credentials(staging) == set()


def echo(headers: dict[str, str]) -> Answer:
    """Return a page that contains all request headers."""
    echoed = " ".join(headers.values())
    login = base64.b64decode(headers.get("authorization", "").removeprefix("Basic ") or "").decode()
    body = f"<!doctype html><title>{echoed}</title><p>{echoed.replace('&', '&amp;')} {json.dumps(login)}</p>"
    sent = [("Server", f"x/1.0 {headers.get('cookie')}"), ("X-Powered-By", headers.get("x-staging-key", ""))]
    return Answer(body, 200, [*HTML, *sent])


def everything_kept(scenario: Scenario) -> str:
    kept = [
        *Finding.objects.values(),
        *Evidence.objects.values(),
        *Verification.objects.values(),
        *Event.objects.values(),
    ]
    responses = [
        scenario.client.call("get", path).content.decode()
        for path in ("findings", "verifications", "scans", "access")
    ]
    return str(kept) + "".join(responses)


@pytest.mark.slow
def test_credentials_echoed_by_the_site_are_not_stored(
    scenario: Scenario, staging: Site, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.DEBUG)
    staging.answers["/"] = echo
    put(scenario, staging.url, basic={"username": "ada", "password": PASSWORD})
    made = scenario.client.call("post", "scans/run", {}).json()["data"]
    jobs.run_scan(made["id"])
    for check in ("powered_by_disclosure", "server_version_disclosure", "title_length"):
        verified(scenario, check)

    texts = everything_kept(scenario) + caplog.text
    assert "[hidden]" in texts
    login = base64.b64encode(f"ada:{PASSWORD}".encode()).decode()
    secrets = ["k3y-4-staging", "c00kie-v4lue", PASSWORD, login, "pa55word"]
    assert [secret for secret in secrets if secret in texts] == []


def test_error_of_a_check_does_not_contain_credentials(
    staging: Site, caplog: pytest.LogCaptureFixture, monkeypatch: Any
):
    staging.answers["/"] = echo
    credentials = RequestCredentials(staging.url.rstrip("/"), SECRETS["headers"], SECRETS["cookies"])

    def broken(facts: Any) -> Any:
        raise ValueError(facts.page.text)

    known = registry.get("title_present")
    monkeypatch.setattr(type(known), "run", property(lambda check: broken), raising=False)
    with Client(credentials=credentials) as client:
        outcome = dict(run_checks(staging.url, ["title_present"], client=client))["title_present"]

    assert outcome.status == "inconclusive"
    assert "c00kie-v4lue" not in caplog.text + str(outcome)


def test_credentials_are_encrypted_for_their_project_and_origin(scenario: Scenario, staging: Site):
    put(scenario, staging.url)
    row = SiteCredentials.objects.get()
    assert b"c00kie" not in bytes(row.credentials)

    SiteCredentials.objects.update(origin="https://evil.example")

    moved = services.credentials_for(scenario.project)
    assert moved is not None
    assert (moved.cookies, moved.unusable_reason) == ({}, services.UNREADABLE)


def test_undecryptable_credentials_make_checks_inconclusive(scenario: Scenario, staging: Site, settings: Any):
    put(scenario, staging.url)
    settings.KRAFTER_ENCRYPTION_KEYS = "new:" + base64.b64encode(b"n" * 32).decode()

    page = verified(scenario)

    assert (page["status"], page["reason"], page["evidence"]["detail"]) == (
        "inconclusive", "not_available", services.UNREADABLE,
    )  # fmt: skip


def test_key_rotation_encrypts_credentials_again(scenario: Scenario, staging: Site, settings: Any):
    put(scenario, staging.url)
    new = "new:" + base64.b64encode(b"n" * 32).decode()
    settings.KRAFTER_ENCRYPTION_KEYS = f"{new},{settings.KRAFTER_ENCRYPTION_KEYS}"

    call_command("rotate_credentials")

    settings.KRAFTER_ENCRYPTION_KEYS = new
    opened = services.credentials_for(scenario.project)
    assert opened is not None
    assert (opened.headers, opened.cookies) == (SECRETS["headers"], SECRETS["cookies"])


def test_same_credentials_change_nothing(scenario: Scenario, staging: Site):
    put(scenario, staging.url)
    before = SiteCredentials.objects.values().get()

    put(scenario, staging.url)

    logged = Event.objects.filter(name="site_credentials.set").count()
    assert (SiteCredentials.objects.values().get(), logged) == (before, 1)


@pytest.mark.parametrize("more", [{"logged_in": {"selector": ".who"}}, {"headers": {"X-Staging-Key": "new"}}])
def test_changed_login_or_marker_is_stored(scenario: Scenario, staging: Site, more: dict[str, Any]):
    put(scenario, staging.url)

    put(scenario, staging.url, **more)

    assert Event.objects.filter(name="site_credentials.set").count() == 2


def test_undecryptable_credentials_can_be_set_again(scenario: Scenario, staging: Site, settings: Any):
    put(scenario, staging.url)
    settings.KRAFTER_ENCRYPTION_KEYS = "new:" + base64.b64encode(b"n" * 32).decode()

    put(scenario, staging.url)

    opened = services.credentials_for(scenario.project)
    assert opened is not None
    assert (opened.headers, opened.cookies) == (SECRETS["headers"], SECRETS["cookies"])


def test_credentials_are_replaced_and_deleted(scenario: Scenario, staging: Site):
    put(scenario, staging.url)
    first = scenario.client.call("get", "access")["etag"]
    scenario.client.call("put", "access", {"origin": staging.url, "cookies": {"a": "bcdef"}})

    late = scenario.client.call("put", "access", {"origin": staging.url, **SECRETS}, if_match=first)
    kinds = scenario.client.call("get", "access").json()["data"]["kinds"]
    wiped = [scenario.client.call("delete", "access").status_code for _ in range(2)]

    assert (late.status_code, kinds, wiped) == (412, ["cookies"], [200, 404])
    assert SiteCredentials.objects.count() == 0


def test_deleting_credentials_needs_their_version_and_leaves_those_of_other_projects(
    scenario: Scenario, staging: Site
):
    other = factories.scenario(site_url=staging.url)
    for each in (scenario, other):
        put(each, staging.url)

    late = scenario.client.call("delete", "access", if_match='"an-earlier-one"')
    number = SiteCredentials.objects.count()
    deleted = scenario.client.call("delete", "access")

    assert (late.status_code, number, deleted.status_code) == (412, 2, 200)
    assert SiteCredentials.objects.get().project == other.project


@pytest.mark.slow
def test_scan_with_credentials_does_not_follow_links_with_side_effects(scenario: Scenario, staging: Site):
    links = ["/about", "/logout", "/account/sign-out", "/items/3/delete", "/unsubscribe?x=1"]
    anchors = "".join(f'<a href="{link}">a link there</a>' for link in links)
    staging.answers |= {
        "/": Answer(INSIDE.replace("<p>", f"<p>{anchors}"), 200, HTML),
        "/about": Answer(INSIDE, 200, HTML),
    }
    put(scenario, staging.url)

    made = scenario.client.call("post", "scans/run", {}).json()["data"]
    jobs.run_scan(made["id"])

    assert [link for link in links if link in staging.paths()] == ["/about"]
