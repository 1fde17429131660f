"""Ownership of sites: only verified sites are probed and visited by a browser."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError
from django.utils import timezone

from events.models import Event
from findings.models import Finding
from krafter_audit.db import leases
from krafter_audit.http.client import Client
from remediation import jobs as remediation_jobs
from remediation.models import Evidence, Verification
from scanner.browser.browser import Browser
from scans import jobs
from scans.models import Site
from scans.sites import ownership, services
from scans.sites.ownership_instructions import FILE_PATH
from tests import factories
from tests.factories import Scenario
from tests.fakes.faulty_site import GOOD_PAGE, FaultySite, serve
from tests.fakes.network import FakeNetwork, connected
from tests.fakes.page_checks import run_checks

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
HOST = "shop.example.com"
GIT = {"/.git/config": "[core]\n\trepositoryformatversion = 0\n"}


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[FakeNetwork]:
    with connected(monkeypatch, settings) as made:
        yield made


@pytest.fixture
def shop(network: FakeNetwork) -> Iterator[FaultySite]:
    """Serve a website at http://shop.example.com/ that publishes its Git repository."""
    with serve() as served:
        served.pages, served.types = (
            dict(GIT),
            {"/.git/config": "text/plain", FILE_PATH: "text/plain"},
        )
        network.hosts[HOST, 80] = int(served.url.rsplit(":", 1)[1].strip("/"))
        yield served


@pytest.fixture
def scenario(db: None) -> Scenario:
    return factories.scenario(site_url=f"http://{HOST}/")


def named(scenario: Scenario, host: str = HOST) -> Site:
    response = scenario.client.call("post", "sites", {"host": host})
    return Site.objects.get(pk=response.json()["data"]["id"])


def verified(scenario: Scenario, site: Site) -> dict[str, Any]:
    """Request a verification, run it, and return the site from the API."""
    assert scenario.client.call("post", f"sites/{site.pk}/verify").status_code == 202
    jobs.verify_site(str(site.pk))
    shown: dict[str, Any] = scenario.client.call("get", f"sites/{site.pk}").json()["data"]
    return shown


def verified_by(shown: dict[str, Any]) -> tuple[str, str | None]:
    return shown["status"], shown["method"]


def exposed_git(scenario: Scenario) -> tuple[str, dict[str, Any]]:
    """Verify the finding of /.git/config; return the status and the evidence of the first page."""
    task = factories.task(scenario, of=factories.finding(scenario, checks=["exposed_git"]))
    made = scenario.client.call("post", "verifications/run", {"task_id": str(task.pk)}).json()["data"]
    remediation_jobs.run_verification(made["id"])
    status = Verification.objects.get(pk=made["id"]).checks[0]["status"]
    return status, json.loads(Evidence.objects.get(verification_id=made["id"]).body)["pages"][0]


def test_new_site_shows_the_three_verification_methods(scenario: Scenario):
    response = scenario.client.call("post", "sites", {"host": "https://Shop.Example.com:8443/start"})

    shown = response.json()["data"]
    line = f"krafter-verification={shown['token']}"
    assert response.status_code == 201
    assert list(shown) == [
        "id", "org_id", "project_id", "host", "status", "token", "method", "verified_at", "checked_at",
        "instructions", "last_attempts", "created_at", "updated_at",
    ]  # fmt: skip
    assert (shown["host"], shown["status"], shown["method"], len(shown["token"])) == (
        HOST,
        "unverified",
        None,
        32,
    )
    assert shown["instructions"] == {
        "dns_txt": {"name": HOST, "value": line},
        "file": {"url": f"https://{HOST}/.well-known/krafter-verification.txt", "content": line},
        "meta_tag": {
            "url": f"https://{HOST}/",
            "html": f'<meta name="krafter-verification" content="{shown["token"]}">',
        },
    }


def test_token_is_stable_per_host_and_differs_between_projects(scenario: Scenario):
    first, again = named(scenario), scenario.client.call("post", "sites", {"host": HOST.upper()})
    other = named(factories.scenario())

    assert (again.status_code, again.json()["data"]["token"]) == (200, first.token)
    assert other.token != first.token


@pytest.mark.parametrize(
    "host",
    [
        "", "ftp://example.com", "a b", "user:pw@example.com", "http://0x7f.1/", "x" * 300,
        "127.0.0.1", "169.254.169.254", "[::1]", "localhost", "vault.internal", "printer.local", "intranet",
        "site.onion", "nas.home.arpa", "metadata.google.internal",
    ],
)  # fmt: skip
def test_invalid_host_is_rejected(scenario: Scenario, host: str):
    response = scenario.client.call("post", "sites", {"host": host})

    assert (response.status_code, list(response.json()["error"]["details"])) == (422, ["host"])
    assert Site.objects.count() == 0


@pytest.mark.parametrize("name", [HOST, "example.com"])
def test_dns_record_of_host_or_parent_domain_verifies_a_site(
    scenario: Scenario, network: FakeNetwork, name: str
):
    site = named(scenario)
    network.records[name] = ["v=spf1 -all", f"krafter-verification={site.token}"]

    assert verified_by(verified(scenario, site)) == ("verified", "dns_txt")


@pytest.mark.parametrize(
    ("name", "record"),
    [("com", "{token}"), ("evil.com", "{token}"), (HOST, "krafter-verification=another"), (HOST, "x{token}")],
)
def test_dns_record_with_another_token_does_not_verify(
    scenario: Scenario, network: FakeNetwork, name: str, record: str
):
    site = named(scenario)
    network.records[name] = [record.replace("{token}", f"krafter-verification={site.token}")]

    assert verified_by(verified(scenario, site)) == ("unverified", None)
    assert network.queried == [HOST, "example.com"]


def test_file_verifies_a_site(scenario: Scenario, shop: FaultySite):
    site = named(scenario)
    shop.pages[FILE_PATH] = f"krafter-verification=another\nkrafter-verification={site.token}\n"

    assert verified_by(verified(scenario, site)) == ("verified", "file")


def test_meta_tag_verifies_a_site(scenario: Scenario, shop: FaultySite):
    site = named(scenario)
    shop.body = GOOD_PAGE.replace(
        "<title>", f'<meta name="krafter-verification" content="{site.token}"><title>'
    )

    assert verified_by(verified(scenario, site)) == ("verified", "meta_tag")


@pytest.mark.parametrize(
    "page",
    [
        GOOD_PAGE.replace("<p>", '<meta name="krafter-verification" content="{token}"><p>'),
        GOOD_PAGE.replace("<p>", '&lt;meta name="krafter-verification" content="{token}"&gt;<p>'),
        GOOD_PAGE.replace("<title>", '<meta name="krafter-verification" content="another"><title>'),
    ],
    ids=["in the body, where visitors write", "as text", "another token"],
)
def test_token_in_user_content_does_not_verify(scenario: Scenario, shop: FaultySite, page: str):
    site = named(scenario)
    shop.body = page.replace("{token}", site.token)
    shop.types[FILE_PATH] = "text/html"
    shop.pages[FILE_PATH] = f"<html><body>\nkrafter-verification={site.token}\n</body></html>"

    assert verified_by(verified(scenario, site)) == ("unverified", None)


def test_redirect_to_another_host_does_not_verify(scenario: Scenario, network: FakeNetwork, shop: FaultySite):
    site = named(scenario)
    with serve() as mine:
        network.hosts["evil.example", 80] = int(mine.url.rsplit(":", 1)[1].strip("/"))
        tag = f'<meta name="krafter-verification" content="{site.token}">'
        mine.body = GOOD_PAGE.replace("<title>", f"{tag}<title>")
        shop.status, shop.headers["Location"] = 302, "http://evil.example/"

        assert verified_by(verified(scenario, site)) == ("unverified", None)


def test_last_check_lists_each_place_and_its_result(scenario: Scenario, shop: FaultySite):
    shown = verified(scenario, named(scenario))

    assert [
        (attempt["method"], attempt["location"], attempt["message"])
        for attempt in shown["last_attempts"]
        if "https" not in attempt["location"]
    ] == [
        ("dns_txt", HOST, "No TXT record with krafter-verification."),
        ("dns_txt", "example.com", "No TXT record with krafter-verification."),
        ("file", f"http://{HOST}{FILE_PATH}", "The response has status 404."),
        ("meta_tag", f"http://{HOST}/", "The page's head has no meta tag with this token."),
    ]


def test_probing_check_is_inconclusive_for_an_unverified_site(scenario: Scenario, shop: FaultySite):
    status, page = exposed_git(scenario)

    assert (status, page["reason"]) == ("inconclusive", "not_available")
    assert HOST in page["evidence"]["detail"]
    assert "Add the host to the project's sites" in page["evidence"]["detail"]
    assert [hit for hit in shop.hits if "git" in hit] == []


def test_verified_site_is_probed(scenario: Scenario, network: FakeNetwork, shop: FaultySite):
    site = named(scenario)
    network.records[HOST] = [f"krafter-verification={site.token}"]
    verified(scenario, site)

    assert exposed_git(scenario)[0] == "failed"
    assert "GET /.git/config" in shop.hits


def test_domain_verified_by_dns_covers_its_subdomains(
    scenario: Scenario, network: FakeNetwork, shop: FaultySite
):
    site = named(scenario, "example.com")
    network.records["example.com"] = [f"krafter-verification={site.token}"]
    verified(scenario, site)

    assert exposed_git(scenario)[0] == "failed"


def test_verification_of_another_project_does_not_count(
    scenario: Scenario, network: FakeNetwork, shop: FaultySite
):
    other = factories.scenario()
    site = named(other)
    network.records[HOST] = [f"krafter-verification={site.token}"]
    verified(other, site)

    assert exposed_git(scenario)[0] == "inconclusive"


@pytest.mark.parametrize(
    ("listed", "status"),
    [
        ("*.example.com", "failed"),
        (f"other.org, {HOST}", "failed"),
        ("example.com", "inconclusive"),
        ("*.com", "inconclusive"),
    ],
)
def test_hosts_listed_by_the_operator_are_verified(
    scenario: Scenario, shop: FaultySite, settings: Any, listed: str, status: str
):
    settings.KRAFTER_OWNED_HOSTS = listed

    assert exposed_git(scenario)[0] == status


def test_scan_of_an_unverified_site_requests_only_published_paths(scenario: Scenario, shop: FaultySite):
    made = scenario.client.call("post", "scans/run", {}).json()["data"]
    jobs.run_scan(made["id"])

    assert Finding.objects.filter(check_keys=["security_header_csp"]).exists()
    assert [hit for hit in shop.hits if "/.git" in hit or "/.env" in hit] == []
    assert "GET /.well-known/security.txt" in shop.hits
    assert not Finding.objects.filter(check_keys=["exposed_git"]).exists()


def test_browser_visits_verified_sites_only(shop: FaultySite):
    with Client() as client, Browser() as browser:
        seen = dict(run_checks(f"http://{HOST}/", ["lcp", "a11y_label"], client=client, browser=browser))

    outcomes = {
        (outcome.status, outcome.reason, HOST in outcome.evidence["detail"]) for outcome in seen.values()
    }
    assert outcomes == {("inconclusive", "not_available", True)}
    assert [hit for hit in shop.hits if hit != "GET /"] == []


def test_expired_verification_is_repeated_before_use(
    scenario: Scenario, network: FakeNetwork, shop: FaultySite
):
    site = named(scenario)
    network.records[HOST] = [f"krafter-verification={site.token}"]
    verified(scenario, site)
    Site.objects.update(verified_at=timezone.now() - timedelta(days=31))

    assert exposed_git(scenario)[0] == "failed"
    network.records.clear()
    assert exposed_git(scenario)[0] == "failed"  # valid for another 30 days
    Site.objects.update(verified_at=timezone.now() - timedelta(days=31))
    assert exposed_git(scenario)[0] == "inconclusive"
    assert (Site.objects.get().verified_at, Site.objects.get().method) == (None, "")
    assert [event.name for event in Event.objects.filter(subject_id=site.pk).order_by("pk")] == [
        "site.added", "site.verification_requested", "site.verified", "site.verification_lost",
    ]  # fmt: skip


def test_expired_verification_without_an_answer_is_not_used_and_not_revoked(
    scenario: Scenario, network: FakeNetwork, shop: FaultySite
):
    site = named(scenario)
    network.records[HOST] = [f"krafter-verification={site.token}"]
    verified(scenario, site)
    Site.objects.update(verified_at=timezone.now() - timedelta(days=31))
    network.records.clear()
    network.name_server_works = False

    assert exposed_git(scenario)[0] == "inconclusive"
    assert Site.objects.get().method == "dns_txt"
    network.records[HOST] = [f"krafter-verification={site.token}"]
    assert exposed_git(scenario)[0] == "failed"


@pytest.mark.parametrize(
    ("method", "answered", "is_lost"),
    [
        ("dns_txt", [True, True], True), ("dns_txt", [True, False], False), ("dns_txt", [], False),
        ("file", [False, True], True), ("file", [False, False], False), ("meta_tag", [True, False], True),
    ],
)  # fmt: skip
def test_verification_is_lost_when_the_places_of_its_method_answer_without_the_token(
    scenario: Scenario, method: str, answered: list[bool], is_lost: bool
):
    site = named(scenario)
    Site.objects.update(method=method, verified_at=timezone.now())
    site.refresh_from_db()
    other = "file" if method == "meta_tag" else "meta_tag"
    attempts = [ownership.OwnershipAttempt(method, "", "", answered=answer) for answer in answered]

    ownership.store_attempts(site, [*attempts, ownership.OwnershipAttempt(other, "", "")])

    events = Event.objects.filter(name__startswith="site.verif").values_list("name", "data__method")
    assert list(events) == ([("site.verification_lost", method)] if is_lost else [])
    assert (Site.objects.get().verified_at is None) == is_lost


def test_failed_verification_logs_no_event_and_enqueues_nothing(
    scenario: Scenario, network: FakeNetwork, enqueued: list[tuple[str, ...]]
):
    site = named(scenario)
    services.request_verification(site.pk, by=scenario.actor)
    enqueued.clear()

    jobs.verify_site(str(site.pk))

    events = Event.objects.filter(subject_id=site.pk).order_by("pk").values_list("name", flat=True)
    assert (list(events), enqueued) == (["site.added", "site.verification_requested"], [])


def test_verification_that_is_requested_during_another_check_stays_pending(scenario: Scenario):
    site = named(scenario)
    services.request_verification(site.pk, by=scenario.actor)

    ownership.store_attempts(site, [])

    assert Site.objects.get().check_requested


def test_site_is_not_verified_without_its_event(scenario: Scenario, monkeypatch: pytest.MonkeyPatch):
    def fail(*args: Any, **data: Any) -> None:
        raise DatabaseError

    site = named(scenario)
    monkeypatch.setattr(ownership, "log_event", fail)

    with pytest.raises(DatabaseError):
        ownership.store_attempts(site, [ownership.OwnershipAttempt("file", "", "", has_token=True)])

    assert Site.objects.get().verified_at is None


def test_meta_tag_in_a_text_file_does_not_verify(scenario: Scenario, shop: FaultySite):
    site = named(scenario)
    tag = f'<meta name="krafter-verification" content="{site.token}">'
    shop.pages["/"], shop.types["/"] = GOOD_PAGE.replace("<title>", f"{tag}<title>"), "text/plain"

    assert verified_by(verified(scenario, site)) == ("unverified", None)


def test_meta_tag_of_a_page_that_is_nested_too_deeply_does_not_verify(scenario: Scenario, shop: FaultySite):
    site = named(scenario)
    tag = f'<meta name="krafter-verification" content="{site.token}">'
    shop.pages["/"] = GOOD_PAGE.replace("<title>", f"{tag}<title>") + "<pre>" * 4000 + "word " * 100_000

    assert verified_by(verified(scenario, site)) == ("unverified", None)


def test_without_urls_no_host_is_verified(scenario: Scenario, django_assert_num_queries: Any):
    with django_assert_num_queries(0), Client() as client:
        verified = ownership.verified_hosts(scenario.project, [], client)

    assert verified == ownership.VerifiedHosts()


def test_two_requests_run_one_verification(scenario: Scenario, network: FakeNetwork):
    site = named(scenario)
    for _ in range(2):
        services.request_verification(site.pk, by=scenario.actor)
    jobs.verify_site(str(site.pk))
    queries = len(network.queried)

    jobs.verify_site(str(site.pk))

    assert len(network.queried) == queries
    assert Event.objects.filter(name="site.verification_requested").count() == 1


def test_sites_of_an_organization_are_verified_one_at_a_time(
    scenario: Scenario, network: FakeNetwork, enqueued: list[tuple[str, ...]]
):
    sites = [named(scenario, f"{name}.example.com") for name in ("first", "second")]
    other = named(factories.scenario(), HOST)
    for site in (*sites, other):
        services.request_verification(site.pk, by=scenario.actor)
    leased = leases.acquire(Site, sites[0].pk, seconds=60)

    for site in (*sites, other):
        jobs.verify_site(str(site.pk))
    pending = set(Site.objects.filter(check_requested=True).values_list("pk", flat=True))

    assert leased is not None
    assert pending == {site.pk for site in sites}
    Site.objects.update(lease_until=None)
    enqueued.clear()
    jobs.verify_site(str(sites[0].pk))
    assert enqueued == [("scans.verify_site", str(sites[1].pk))]
