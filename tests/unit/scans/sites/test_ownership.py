"""Whose is this site? A site that is not proved to be the project's is asked what any stranger may ask, and no more."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from events.models import Event
from findings.models import Finding
from krafter_audit.http.client import Client
from remediation.models import Evidence, Verification
from scanner.browser.browser import Browser
from scanner.engine import run_checks
from scans import jobs
from scans.models import Site
from scans.sites import ownership, services
from tests import factories
from tests.factories import Scenario
from tests.fakes.faulty_site import GOOD_PAGE, serve
from tests.fakes.faulty_site import Site as Served
from tests.fakes.network import Internet, connected

pytestmark = pytest.mark.django_db
HOST = "shop.example.com"
GIT = {"/.git/config": "[core]\n\trepositoryformatversion = 0\n"}


@pytest.fixture
def internet(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[Internet]:
    with connected(monkeypatch, settings) as made:
        yield made


@pytest.fixture
def shop(internet: Internet) -> Iterator[Served]:
    """A website at http://shop.example.com/ that gives away its repository."""
    with serve() as served:
        served.pages, served.types = (
            dict(GIT),
            {"/.git/config": "text/plain", ownership.FILE_PATH: "text/plain"},
        )
        internet.hosts[HOST, 80] = int(served.url.rsplit(":", 1)[1].strip("/"))
        yield served


@pytest.fixture
def scenario(db: None) -> Scenario:
    return factories.scenario(site_url=f"http://{HOST}/")


def named(scenario: Scenario, host: str = HOST) -> Site:
    response = scenario.client.ask("post", "sites", {"host": host})
    return Site.objects.get(pk=response.json()["data"]["id"])


def verified(scenario: Scenario, site: Site) -> dict[str, Any]:
    """Ask for a look at the proof, let the worker look, and return what the API says then."""
    assert scenario.client.ask("post", f"sites/{site.pk}/verify").status_code == 202
    jobs.verify_site(str(site.pk))
    shown: dict[str, Any] = scenario.client.ask("get", f"sites/{site.pk}").json()["data"]
    return shown


def proved_by(shown: dict[str, Any]) -> tuple[str, str | None]:
    return shown["status"], shown["method"]


def exposed_git(scenario: Scenario) -> tuple[str, dict[str, Any]]:
    """What a verification says of /.git/config, and its evidence of the first page."""
    task = factories.task(scenario, of=factories.finding(scenario, checks=["exposed_git"]))
    made = scenario.client.ask("post", "verifications/run", {"task_id": str(task.pk)}).json()["data"]
    from remediation import jobs as remediation_jobs

    remediation_jobs.run_verification(made["id"])
    status = Verification.objects.get(pk=made["id"]).checks[0]["status"]
    return status, json.loads(Evidence.objects.get(verification_id=made["id"]).body)["pages"][0]


def test_a_site_is_named_with_the_three_ways_to_prove_it(scenario: Scenario):
    response = scenario.client.ask("post", "sites", {"host": "https://Shop.Example.com:8443/start"})

    shown = response.json()["data"]
    line = f"krafter-verification={shown['token']}"
    assert response.status_code == 201
    assert list(shown) == [
        "id", "org_id", "project_id", "host", "status", "token", "method", "proved_at", "checked_at",
        "how_to_prove", "tried", "created_at", "updated_at",
    ]  # fmt: skip
    assert (shown["host"], shown["status"], shown["method"], len(shown["token"])) == (
        HOST,
        "unproved",
        None,
        32,
    )
    assert shown["how_to_prove"] == {
        "dns_txt": {"name": HOST, "value": line},
        "file": {"url": f"https://{HOST}/.well-known/krafter-verification.txt", "content": line},
        "meta_tag": {
            "url": f"https://{HOST}/",
            "html": f'<meta name="krafter-verification" content="{shown["token"]}">',
        },
    }


def test_the_same_host_keeps_its_token_and_another_project_gets_another(scenario: Scenario):
    first, again = named(scenario), scenario.client.ask("post", "sites", {"host": HOST.upper()})
    other = named(factories.scenario())

    assert (again.status_code, again.json()["data"]["token"]) == (200, first.token)
    assert other.token != first.token


@pytest.mark.parametrize(
    "host", ["", "ftp://example.com", "a b", "user:pw@example.com", "http://0x7f.1/", "x" * 300]
)
def test_what_is_no_host_is_refused(scenario: Scenario, host: str):
    response = scenario.client.ask("post", "sites", {"host": host})

    assert (response.status_code, list(response.json()["error"]["details"])) == (422, ["host"])
    assert Site.objects.count() == 0


@pytest.mark.parametrize("name", [HOST, "example.com"])
def test_a_record_of_the_host_or_of_a_domain_above_it_proves_a_site(
    scenario: Scenario, internet: Internet, name: str
):
    site = named(scenario)
    internet.records[name] = ["v=spf1 -all", f"krafter-verification={site.token}"]

    assert proved_by(verified(scenario, site)) == ("proved", "dns_txt")


@pytest.mark.parametrize(
    ("name", "record"),
    [("com", "{token}"), ("evil.com", "{token}"), (HOST, "krafter-verification=another"), (HOST, "x{token}")],
)
def test_other_records_prove_nothing(scenario: Scenario, internet: Internet, name: str, record: str):
    site = named(scenario)
    internet.records[name] = [record.replace("{token}", f"krafter-verification={site.token}")]

    assert proved_by(verified(scenario, site)) == ("unproved", None)
    assert internet.asked == [HOST, "example.com"]


def test_a_file_proves_a_site(scenario: Scenario, shop: Served):
    site = named(scenario)
    shop.pages[ownership.FILE_PATH] = f"krafter-verification=another\nkrafter-verification={site.token}\n"

    assert proved_by(verified(scenario, site)) == ("proved", "file")


def test_a_meta_tag_of_the_start_page_proves_a_site(scenario: Scenario, shop: Served):
    site = named(scenario)
    shop.body = GOOD_PAGE.replace(
        "<title>", f'<meta name="krafter-verification" content="{site.token}"><title>'
    )

    assert proved_by(verified(scenario, site)) == ("proved", "meta_tag")


@pytest.mark.parametrize(
    "page",
    [
        GOOD_PAGE.replace("<p>", '<meta name="krafter-verification" content="{token}"><p>'),
        GOOD_PAGE.replace("<p>", '&lt;meta name="krafter-verification" content="{token}"&gt;<p>'),
        GOOD_PAGE.replace("<title>", '<meta name="krafter-verification" content="another"><title>'),
    ],
    ids=["in the body, where visitors write", "as text", "another token"],
)
def test_what_a_visitor_could_have_written_proves_nothing(scenario: Scenario, shop: Served, page: str):
    site = named(scenario)
    shop.body = page.replace("{token}", site.token)
    shop.types[ownership.FILE_PATH] = "text/html"
    shop.pages[ownership.FILE_PATH] = f"<html><body>\nkrafter-verification={site.token}\n</body></html>"

    assert proved_by(verified(scenario, site)) == ("unproved", None)


def test_a_redirect_to_another_host_proves_nothing(scenario: Scenario, internet: Internet, shop: Served):
    site = named(scenario)
    with serve() as mine:
        internet.hosts["evil.example", 80] = int(mine.url.rsplit(":", 1)[1].strip("/"))
        tag = f'<meta name="krafter-verification" content="{site.token}">'
        mine.body = GOOD_PAGE.replace("<title>", f"{tag}<title>")
        shop.status, shop.headers["Location"] = 302, "http://evil.example/"

        assert proved_by(verified(scenario, site)) == ("unproved", None)


def test_the_last_look_says_what_it_saw_where(scenario: Scenario, shop: Served):
    shown = verified(scenario, named(scenario))

    assert [
        (one["method"], one["place"], one["said"]) for one in shown["tried"] if "https" not in one["place"]
    ] == [
        ("dns_txt", HOST, "No TXT record with krafter-verification."),
        ("dns_txt", "example.com", "No TXT record with krafter-verification."),
        ("file", f"http://{HOST}{ownership.FILE_PATH}", "The response has status 404."),
        ("meta_tag", f"http://{HOST}/", "The page's head has no meta tag with this token."),
    ]


def test_an_unproved_site_is_not_probed_and_nothing_passes(scenario: Scenario, shop: Served):
    status, page = exposed_git(scenario)

    assert (status, page["reason"]) == ("inconclusive", "not_available")
    assert HOST in page["evidence"]["detail"]
    assert "POST …/sites" in page["evidence"]["detail"]
    assert [hit for hit in shop.hits if "git" in hit] == []


def test_a_proved_site_is_probed(scenario: Scenario, internet: Internet, shop: Served):
    site = named(scenario)
    internet.records[HOST] = [f"krafter-verification={site.token}"]
    verified(scenario, site)

    assert exposed_git(scenario)[0] == "failed"
    assert "GET /.git/config" in shop.hits


def test_a_domain_proved_by_a_record_covers_the_names_below_it(
    scenario: Scenario, internet: Internet, shop: Served
):
    site = named(scenario, "example.com")
    internet.records["example.com"] = [f"krafter-verification={site.token}"]
    verified(scenario, site)

    assert exposed_git(scenario)[0] == "failed"


def test_another_projects_proof_is_not_mine(scenario: Scenario, internet: Internet, shop: Served):
    other = factories.scenario()
    site = named(other)
    internet.records[HOST] = [f"krafter-verification={site.token}"]
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
def test_the_operator_may_list_hosts_that_need_no_proof(
    scenario: Scenario, shop: Served, settings: Any, listed: str, status: str
):
    settings.KRAFTER_OWNED_HOSTS = listed

    assert exposed_git(scenario)[0] == status


def test_a_scan_of_an_unproved_site_asks_only_what_a_stranger_may_ask(scenario: Scenario, shop: Served):
    made = scenario.client.ask("post", "scans/run", {}).json()["data"]
    jobs.run_scan(made["id"])

    assert Finding.objects.filter(check_keys=["security_header_csp"]).exists()
    assert [hit for hit in shop.hits if "/.git" in hit or "/.env" in hit] == []
    assert "GET /.well-known/security.txt" in shop.hits
    assert not Finding.objects.filter(check_keys=["exposed_git"]).exists()


def test_no_browser_visits_a_site_that_is_not_proved(shop: Served):
    with Client() as client, Browser() as browser:
        seen = dict(run_checks(f"http://{HOST}/", ["lcp", "a11y_label"], client=client, browser=browser))

    told = {(one.status, one.reason, HOST in one.evidence["detail"]) for one in seen.values()}
    assert told == {("inconclusive", "not_available", True)}
    assert [hit for hit in shop.hits if hit != "GET /"] == []


def test_an_old_proof_is_looked_at_again_before_it_is_relied_upon(
    scenario: Scenario, internet: Internet, shop: Served
):
    site = named(scenario)
    internet.records[HOST] = [f"krafter-verification={site.token}"]
    verified(scenario, site)
    Site.objects.update(verified_at=timezone.now() - timedelta(days=31))

    assert exposed_git(scenario)[0] == "failed"
    internet.records.clear()
    assert exposed_git(scenario)[0] == "failed"  # fresh again for thirty days
    Site.objects.update(verified_at=timezone.now() - timedelta(days=31))
    assert exposed_git(scenario)[0] == "inconclusive"
    assert (Site.objects.get().verified_at, Site.objects.get().method) == (None, "")
    assert [event.name for event in Event.objects.filter(subject_id=site.pk).order_by("pk")] == [
        "site.added", "site.proof_asked_for", "site.proved", "site.proof_lost",
    ]  # fmt: skip


def test_an_old_proof_that_cannot_be_looked_at_counts_as_none_and_is_not_lost(
    scenario: Scenario, internet: Internet, shop: Served
):
    site = named(scenario)
    internet.records[HOST] = [f"krafter-verification={site.token}"]
    verified(scenario, site)
    Site.objects.update(verified_at=timezone.now() - timedelta(days=31))
    internet.records.clear()
    internet.names_answer = False

    assert exposed_git(scenario)[0] == "inconclusive"
    assert Site.objects.get().method == "dns_txt"
    internet.records[HOST] = [f"krafter-verification={site.token}"]
    assert exposed_git(scenario)[0] == "failed"


def test_a_look_that_is_asked_for_twice_is_made_once(scenario: Scenario, internet: Internet):
    site = named(scenario)
    for _ in range(2):
        services.request_verification(site.pk, by=scenario.actor)
    jobs.verify_site(str(site.pk))
    asked = len(internet.asked)

    jobs.verify_site(str(site.pk))

    assert len(internet.asked) == asked
    assert Event.objects.filter(name="site.proof_asked_for").count() == 1
