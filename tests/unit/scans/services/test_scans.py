"""Scans of a real site report its findings."""

import socket
from typing import Any

import pytest
from django.db import connection

from accounts.models import QuotaMonth
from findings.models import Finding, Regression
from scans import jobs
from scans.models import Scan
from scans.services import scans
from scans.worker import page_checks
from tests import factories
from tests.factories import Scenario
from tests.fakes.faulty_site import GOOD_PAGE, FaultySite

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def scenario(db: None, site: FaultySite) -> Scenario:
    return factories.scenario(site_url=site.url)


def scan(scenario: Scenario, **body: Any) -> Scan:
    response = scenario.client.call("post", "scans/run", body)
    assert response.status_code == 202, response.json()
    row = Scan.objects.get(pk=response.json()["data"]["id"])
    jobs.run_scan(str(row.pk))
    jobs.run_scan(str(row.pk), "browser")  # by a worker without a browser: its checks are inconclusive
    row.refresh_from_db()
    return row


def test_queued_scan_has_the_keys_of_the_contract(scenario: Scenario, site: FaultySite):
    response = scenario.client.call("post", "scans/run", {"url": site.url, "trigger": "post_deploy"})

    shown = response.json()["data"]
    assert response.status_code == 202
    assert list(shown) == [
        "id", "org_id", "project_id", "trigger", "status", "summary", "started_at", "finished_at", "inserted_at",
        "updated_at",
    ]  # fmt: skip
    assert (shown["trigger"], shown["status"], shown["started_at"]) == ("post_deploy", "queued", None)
    assert QuotaMonth.objects.get().spent == 1


def test_scan_without_browser_reports_http_findings_and_counts_all_domains(
    scenario: Scenario, site: FaultySite
):
    site.body = "<html><head></head><body><img src=x.png><input name=q>" + "words " * 1000 + "</body></html>"
    site.headers["Set-Cookie"] = "session=1"

    row = scan(scenario)

    found = {key for finding in Finding.objects.all() for key in finding.check_keys}
    assert row.status == "completed"
    assert found >= {
        "security_header_csp", "security_header_x_content_type_options", "cookies_secure", "cookies_httponly",
        "text_compression", "title_present", "meta_description",
    }  # fmt: skip
    assert row.summary["findings_created"] == Finding.objects.count()
    assert set(row.summary["domains"]) == {"security", "performance", "accessibility", "seo"}
    assert row.summary["domains"]["accessibility"]["failed"] == 0
    csp = Finding.objects.get(check_keys=["security_header_csp"])
    assert csp.severity == "high"  # of the check: the policy applies to reports without a severity
    assert csp.affected_assets == [{"type": "url", "value": site.url}]
    assert csp.recommended_fix["steps"]


def test_second_scan_updates_the_known_findings(scenario: Scenario, site: FaultySite):
    scan(scenario)
    keys = (
        "security_header_csp",
        "security_header_referrer_policy",
        "security_header_x_content_type_options",
    )
    triaged, resolved, fixed = (Finding.objects.get(check_keys=[key]) for key in keys)
    Finding.objects.filter(pk=triaged.pk).update(severity="low", status="triaged")
    Finding.objects.filter(pk=resolved.pk).update(status="resolved")
    site.headers["X-Content-Type-Options"] = "nosniff"
    count = Finding.objects.count()

    row = scan(scenario)

    for finding in (triaged, resolved, fixed):
        finding.refresh_from_db()
    assert (triaged.severity, triaged.status) == ("low", "triaged")
    assert [(r.finding, r.trigger) for r in Regression.objects.all()] == [(resolved, "scan_detected")]
    assert (fixed.status, Finding.objects.count(), row.summary["regressions"]) == ("new", count, 1)


def test_scan_of_an_unreachable_site_fails_and_refunds_the_unit(
    scenario: Scenario, site: FaultySite, no_retry_delay: None
):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        url = f"http://127.0.0.1:{closed.getsockname()[1]}/"

    row = scan(scenario, url=url)

    assert (row.status, Finding.objects.count()) == ("failed", 0)
    assert "No check had a result" in row.summary["error"]
    assert QuotaMonth.objects.get().spent == 0


def test_error_in_one_domain_leaves_the_others_complete(
    scenario: Scenario, site: FaultySite, monkeypatch: pytest.MonkeyPatch
):
    run_in_order = page_checks.run_in_order

    def raise_in_seo(facts: Any, keys: list[str], *rest: Any) -> Any:
        if "title_present" in keys:
            raise RuntimeError("a programming error")
        return run_in_order(facts, keys, *rest)

    monkeypatch.setattr(page_checks, "run_in_order", raise_in_seo)

    row = scan(scenario)

    assert row.status == "completed"
    assert "stopped with an error" in row.summary["domains"]["seo"]["error"]
    assert row.summary["domains"]["security"]["failed"] > 0


def test_scan_checks_every_linked_page(scenario: Scenario, site: FaultySite):
    site.pages = {"/about": GOOD_PAGE.replace("What we sell", "")}
    site.body = GOOD_PAGE.replace("Good things.", '<a href="/about">About us</a>')

    row = scan(scenario)

    assert row.summary["pages"] == 2
    finding = Finding.objects.get(check_keys=["meta_description"])
    assert finding.affected_assets == [{"type": "url", "value": site.url + "about"}]


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest/meta-data", "http://10.0.0.1/", "http://localhost/", "http://[::1]/",
        "http://printer.local/", "http://db.internal/", "file:///etc/passwd", "ftp://example.com/",
        "http://user:pw@example.com/", "http://2130706433/", "http://0x7f.1/", "http://[::ffff:10.0.0.1]/",
        "gopher://example.com", "not a url", "http://", "", "http://example.com:22/",
    ],
)  # fmt: skip
def test_disallowed_url_is_rejected_without_cost(scenario: Scenario, settings: Any, url: str):
    settings.KRAFTER_ALLOWED_NETWORKS = ""

    response = scenario.client.call("post", "scans/run", {"url": url})

    assert (response.status_code, list(response.json()["error"]["details"])) == (422, ["url"])
    assert (Scan.objects.count(), QuotaMonth.objects.count()) == (0, 0)


def test_unresolvable_host_is_accepted_and_resolved_by_the_worker(
    scenario: Scenario, monkeypatch: pytest.MonkeyPatch
):
    def fail_to_resolve(*args: Any, **kwargs: Any) -> Any:
        raise socket.gaierror("no name server")

    monkeypatch.setattr(socket, "getaddrinfo", fail_to_resolve)

    response = scenario.client.call("post", "scans/run", {"url": "HTTPS://Shop.Example.com:443/#top"})

    assert (response.status_code, Scan.objects.get().url) == (202, "https://shop.example.com/")


def test_host_that_resolves_to_a_private_address_is_rejected(
    scenario: Scenario, settings: Any, monkeypatch: pytest.MonkeyPatch
):
    settings.KRAFTER_ALLOWED_NETWORKS = ""
    private_address = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.0.0.7", 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: private_address)

    response = scenario.client.call("post", "scans/run", {"url": "https://shop.example.com/"})

    assert (response.status_code, Scan.objects.count()) == (422, 0)
    assert "10.0.0.7" not in response.content.decode()


def test_host_is_resolved_outside_of_transactions(scenario: Scenario, monkeypatch: pytest.MonkeyPatch):
    depth = len(connection.savepoint_ids)
    depths: list[int] = []

    def fail_to_resolve(host: str, *args: Any, **kwargs: Any) -> Any:
        raise socket.gaierror("no name server")

    def recording_validated_url(url: str) -> str:
        depths.append(len(connection.savepoint_ids))
        return validate_url(url, resolve=True)

    validate_url = scans.validate_url
    monkeypatch.setattr(socket, "getaddrinfo", fail_to_resolve)
    monkeypatch.setattr(scans, "validated_url", recording_validated_url)

    scenario.client.call("post", "scans/run", {"url": "http://192.0.2.1/"}, idempotency_key="k1")

    assert depths == [depth]


def test_exhausted_quota_rejects_the_scan_and_creates_nothing(site: FaultySite):
    scenario = factories.scenario(site_url=site.url, ai_quota=0)

    response = scenario.client.call("post", "scans/run", {})

    assert (response.status_code, response.json()["error"]["code"]) == (429, "quota_exceeded")
    assert int(response["retry-after"]) > 0
    assert Scan.objects.count() == 0


def test_scans_are_listed_newest_first(scenario: Scenario, site: FaultySite):
    ids = [
        scenario.client.call("post", "scans/run", {"url": site.url}).json()["data"]["id"] for _ in range(2)
    ]

    body = scenario.client.call("get", "scans").json()

    assert [row["id"] for row in body["data"]] == ids[::-1]
    assert body["meta"]["total"] == 2
    assert scenario.client.call("get", f"scans/{ids[0]}").json()["data"]["id"] == ids[0]
