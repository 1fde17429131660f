"""A verification requests a provider's finding again, and passes only if the provider reports it as fixed."""

import hashlib
import json
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pytest_django import Settings

from accounts.actors import SYSTEM
from accounts.models import Project, QuotaMonth
from findings import provider_checks
from findings.models import Finding
from findings.services.ingestion import FindingReport, ingest_one
from integrations import services
from integrations.provider_recheck import recheck as ask_provider
from integrations.providers.cloudflare.zone_settings import SETTINGS
from integrations.providers.gsc.problems import CHECKS
from integrations.providers.registry import FINDING_SOURCES
from integrations.providers.types import RemoteFinding
from integrations.sync.finding_import import to_report
from remediation.models import Evidence, Verification
from remediation.services import tasks, verifications
from remediation.worker import part_runner
from scanner import registry
from scans.models import Scanner
from tests.fakes.specs import load_spec
from tests.fakes.vendor_server import Answer, FakeServer, Request, serve

pytestmark = pytest.mark.django_db
SECRET = "token-Zm9yLXRlc3RzLW9ubHk0NzEx"
ZONE = "023e105f4ecef8ad9ca31a8372d0c353"
SITE, PAGE = "https://example.com/", "https://example.com/a"
CREDENTIALS: dict[str, dict[str, Any]] = {
    "cloudflare": {"api_token": SECRET, "zone_id": ZONE},
    "github": {"token": SECRET, "repository": "acme/web-app"},
    "gitlab": {"token": SECRET, "project": "acme/web-app"},
    "sentry": {"token": SECRET, "organization": "acme", "project": "shop"},
    "gsc": {"token": SECRET, "site_url": SITE},
}
SOURCES = {
    "cloudflare_min_tls": f"cloudflare/{ZONE}/min_tls_version",
    "cloudflare_hsts": f"cloudflare/{ZONE}/security_header",
    "github_code_scanning_fixed": "github/12/code-scanning/7",
    "github_dependabot_fixed": "github/12/dependabot/7",
    "gitlab_vulnerability_resolved": "gitlab/12/vulnerability/u-1",
    "sentry_no_new_events": "sentry/12/7",
}
# The repositories and projects of the vendors, whose numbers are in the ids of findings.
NUMBERS = {
    "/repos/acme/web-app": 12,
    "/repos/acme/other": 13,
    "/api/v4/projects/acme%2Fweb-app": 12,
    "/api/v4/projects/acme%2Fother": 13,
    "/api/0/projects/acme/shop/": "12",
    "/api/0/projects/acme/other/": "13",
}
NOW = datetime.now(UTC)
BEFORE, AFTER = (NOW - timedelta(days=2)).isoformat(), (NOW + timedelta(minutes=5)).isoformat()


def always_answer(answer: Answer) -> Callable[[Request], Answer]:
    """Answer every request with this, but those for the number of a repository or project."""

    def route(request: Request) -> Answer:
        number = NUMBERS.get(request.path)
        return answer if number is None else (200, {}, {"id": number})

    return route


def requested(vendor: FakeServer) -> list[Request]:
    """Return the requests for anything but the number of the repository or project."""
    return [request for request in vendor.requests if request.path not in NUMBERS]


@pytest.fixture
def start_vendor(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[str], FakeServer]]:
    """Return a function that starts a fake server of a vendor, whose requests must match its specification."""
    settings.KRAFTER_ALLOWED_NETWORKS = "127.0.0.0/8"
    with ExitStack() as stack:

        def start(name: str) -> FakeServer:
            served = stack.enter_context(serve(always_answer((404, {}, {})), load_spec(f"{name}.json")))
            base = f"{served.url}/api/v4" if name == "gitlab" else served.url
            monkeypatch.setenv(f"KRAFTER_{name.upper()}_URL", base)
            return served

        yield start


def finding_of(project: Project, key: str, title: str = "Broken", server: str | None = None) -> Finding:
    name = FINDING_SOURCES[key].name
    server = os.environ.get(f"KRAFTER_{name.upper()}_URL", "") if server is None else server
    evidence = {"checks": [key], "page": PAGE, "property": SITE}
    digests = [hashlib.sha256(text.encode()).hexdigest()[:16] for text in (SITE, PAGE)]
    source = SOURCES.get(key, f"gsc/{digests[0]}/{key}/{digests[1]}")
    remote = RemoteFinding(source, "https://vendor.example/7", "seo", title, "high", evidence=evidence)
    return ingest_one(project, to_report(remote, server), by=SYSTEM)[0]


def verified(finding: Finding) -> Verification:
    task = tasks.create(finding.project, finding_id=finding.pk, title="Fix it", by=SYSTEM)
    tasks.update(task.pk, changes={"status": "in_progress"}, by=SYSTEM)
    tasks.update(task.pk, changes={"status": "ready_verify"}, by=SYSTEM)
    verification = verifications.run(finding.project, task_id=task.pk, by=SYSTEM)
    part_runner.run_part(verification.pk, Scanner.HTTP, with_browser=False)
    verification.refresh_from_db()
    return verification


def seen_by(verification: Verification) -> dict[str, Any]:
    """The evidence of the only check, from the chain of evidence."""
    body = Evidence.objects.get(verification=verification).body
    parsed: dict[str, Any] = json.loads(body)
    return parsed


def stored_outcome(verification: Verification) -> tuple[str, str | None, str]:
    """The status of the check, its reason, and the sentence of the evidence."""
    (check,) = verification.checks
    (page,) = seen_by(verification)["pages"]
    return check["status"], page["reason"], page["evidence"]["detail"]


def alert(state: Any) -> Answer:
    return 200, {}, {"number": 7, "state": state}


def nested(levels: int) -> Any:
    value: Any = "open"
    for _ in range(levels):
        value = [value]
    return value


def issue(status: str, last: str, count: str = "9") -> Answer:
    first = (NOW - timedelta(days=4)).isoformat()
    return 200, {}, {"status": status, "lastSeen": last, "firstSeen": first, "count": count}


def inspected(crawled: str = AFTER, **index: Any) -> Answer:
    sound = {"verdict": "PASS", "robotsTxtState": "ALLOWED", "lastCrawlTime": crawled}
    return 200, {}, {"inspectionResult": {"indexStatusResult": {**sound, **index}}}


def setting(value: Any) -> Answer:
    return 200, {}, {"success": True, "result": {"value": value}}


def found(**more: Any) -> Answer:
    return 200, {}, [{"uuid": "u-0", "state": "detected"}, {"uuid": "u-1", **more}]


HSTS = {"strict_transport_security": {"enabled": True, "max_age": 31_536_000}}
BLOCKED = {"robotsTxtState": "DISALLOWED"}
CASES: list[tuple[str, Answer, str, str | None, str]] = [
    ("cloudflare_min_tls", setting("1.2"), "passed", None, "min_tls_version has a secure value."),
    ("cloudflare_min_tls", setting("1.0"), "failed", None, "min_tls_version still has a weak value."),
    ("cloudflare_min_tls", setting("2.0"), "inconclusive", "not_available", "does not know"),
    ("cloudflare_min_tls", setting(None), "inconclusive", "not_available", "does not know"),
    ("cloudflare_hsts", setting(HSTS), "passed", None, "security_header has a secure value."),
    ("cloudflare_hsts", setting({}), "failed", None, "security_header still has a weak value."),
    ("github_code_scanning_fixed", alert("fixed"), "passed", None, "Alert 7 is fixed"),
    ("github_code_scanning_fixed", alert("open"), "failed", None, "Alert 7 is still open."),
    ("github_code_scanning_fixed", alert("dismissed"), "inconclusive", "not_available", "was dismissed"),
    (
        "github_code_scanning_fixed",
        alert("asleep"),
        "inconclusive",
        "not_available",
        "does not know: 'asleep'",
    ),
    ("github_code_scanning_fixed", alert(nested(300)), "inconclusive", "not_available", "does not know"),
    ("github_code_scanning_fixed", alert(nested(1_200)), "inconclusive", "not_available", "does not know"),
    ("github_code_scanning_fixed", alert(None), "inconclusive", "not_available", "does not know"),
    ("github_code_scanning_fixed", (404, {}, {}), "inconclusive", "target_missing", "did not find"),
    ("github_dependabot_fixed", alert("fixed"), "passed", None, "Alert 7 is fixed"),
    ("github_dependabot_fixed", alert("auto_dismissed"), "inconclusive", "not_available", "was dismissed"),
    ("github_dependabot_fixed", (401, {}, {}), "inconclusive", "login_wall", "does not accept the token"),
    ("github_dependabot_fixed", (403, {}, {}), "inconclusive", "blocked", "lacks a permission"),
    ("github_dependabot_fixed", (503, {}, {}), "inconclusive", "not_available", "status 503"),
    ("github_dependabot_fixed", (200, {}, b"<html>"), "inconclusive", "not_available", "cannot read"),
    ("github_dependabot_fixed", (200, {}, {"number": 7}), "inconclusive", "not_available", "cannot read"),
    ("gitlab_vulnerability_resolved", found(state="resolved"), "passed", None, "is resolved"),
    ("gitlab_vulnerability_resolved", found(state="confirmed"), "failed", None, "confirmed and still open"),
    ("gitlab_vulnerability_resolved", found(state="dismissed"), "inconclusive", "not_available", "dismissed"),
    (
        "gitlab_vulnerability_resolved",
        found(state="resolved", dismissal_feedback={"id": "1"}),
        "inconclusive",
        "not_available",
        "dismissed",
    ),
    ("gitlab_vulnerability_resolved", (200, {}, []), "inconclusive", "target_missing", "its scanner has run"),
    ("sentry_no_new_events", issue("resolved", BEFORE), "passed", None, "no event was received"),
    ("sentry_no_new_events", issue("resolved", AFTER), "failed", None, "after the fix was ready"),
    ("sentry_no_new_events", issue("unresolved", AFTER), "failed", None, "after the fix was ready"),
    (
        "sentry_no_new_events",
        issue("unresolved", BEFORE),
        "inconclusive",
        "not_available",
        "verify again after",
    ),
    ("sentry_no_new_events", issue("asleep", BEFORE), "inconclusive", "not_available", "does not know"),
    ("sentry_no_new_events", issue("resolved", "never"), "inconclusive", "not_available", "cannot read"),
    ("sentry_no_new_events", (404, {}, {}), "inconclusive", "target_missing", "did not find"),
    ("gsc_robots_allowed", inspected(), "passed", None, "reports no problem"),
    ("gsc_robots_allowed", inspected(**BLOCKED), "failed", None, "is blocked by robots.txt"),
    (
        "gsc_robots_allowed",
        inspected(BEFORE, **BLOCKED),
        "inconclusive",
        "not_available",
        "before the fix was ready: request indexing",
    ),
    ("gsc_robots_allowed", inspected(robotsTxtState="NEW"), "inconclusive", "not_available", "does not know"),
    ("gsc_rich_results", inspected(), "inconclusive", "not_available", "reports nothing about it"),
    ("gsc_sitemap", (200, {}, {}), "inconclusive", "target_missing", "no longer among the submitted ones"),
    ("gsc_sitemap", (200, {}, {"sitemap": [{"path": PAGE}]}), "passed", None, "without errors"),
    (
        "gsc_sitemap",
        (200, {}, {"sitemap": [{"path": PAGE, "errors": "2", "lastDownloaded": AFTER}]}),
        "failed",
        None,
        "has errors",
    ),
    (
        "gsc_sitemap",
        (200, {}, {"sitemap": [{"path": PAGE, "isPending": True}]}),
        "inconclusive",
        "not_available",
        "not read the sitemap yet",
    ),
]


@pytest.mark.slow
@pytest.mark.parametrize(("key", "answer", "status", "reason", "sentence"), CASES)
def test_outcome_follows_the_answer_of_the_provider(
    project: Project,
    start_vendor: Callable[[str], FakeServer],
    key: str,
    answer: Answer,
    status: str,
    reason: str | None,
    sentence: str,
) -> None:
    name = FINDING_SOURCES[key].name
    vendor = start_vendor(name)
    vendor.route = always_answer(answer)
    services.connect(project, name, credentials=CREDENTIALS[name], by=SYSTEM)

    outcome = ask_provider(finding_of(project, key), key, NOW)

    assert (outcome.status, outcome.reason) == (status, reason)
    assert sentence in outcome.evidence["detail"]
    assert requested(vendor) != []


def test_verification_passes_when_the_provider_reports_the_fix(
    project: Project, start_vendor: Callable[[str], FakeServer]
) -> None:
    start_vendor("sentry").route = always_answer(issue("resolved", BEFORE))
    services.connect(project, "sentry", credentials=CREDENTIALS["sentry"], by=SYSTEM)

    verification = verified(finding_of(project, "sentry_no_new_events"))

    assert stored_outcome(verification)[:2] == ("passed", None)
    assert verification.checks == [
        {"key": "sentry_no_new_events", "before": "failed", "after": "passed", "status": "passed"}
    ]


def test_evidence_lists_the_requests_without_secrets(
    project: Project, start_vendor: Callable[[str], FakeServer]
) -> None:
    vendor = start_vendor("github")
    vendor.route = always_answer(alert(f"open {SECRET}"))
    services.connect(project, "github", credentials=CREDENTIALS["github"], by=SYSTEM)

    verification = verified(finding_of(project, "github_dependabot_fixed"))

    (page,) = seen_by(verification)["pages"]
    repository, alert_request = page["evidence"]["fetched"]
    assert (page["url"], page["evidence"]["provider"]) == ("https://vendor.example/7", "github")
    assert repository["url"] == f"{vendor.url}/repos/acme/web-app"
    assert tuple(alert_request[name] for name in ("method", "url", "status", "address")) == (
        "GET",
        f"{vendor.url}/repos/acme/web-app/dependabot/alerts/7",
        200,
        "127.0.0.1",
    )
    assert len(alert_request["sha256"]) == 64
    assert "open [hidden]" in page["evidence"]["detail"]
    assert SECRET not in str(list(Evidence.objects.values()))


def test_unconnected_provider_is_inconclusive_and_refunds_the_quota(
    project: Project,
) -> None:
    verification = verified(finding_of(project, "sentry_no_new_events"))

    assert stored_outcome(verification) == (
        "inconclusive",
        "not_available",
        "Sentry is not connected: connect it, then verify.",
    )
    assert (verification.running, verification.result) == (False, "pending")
    assert QuotaMonth.objects.get(organization=project.organization).spent == 0


def test_finding_of_another_place_is_inconclusive_without_a_request_for_it(
    project: Project, start_vendor: Callable[[str], FakeServer]
) -> None:
    elsewhere = {
        "cloudflare": {"zone_id": "f" * 32},
        "github": {"repository": "acme/other"},
        "gitlab": {"project": "acme/other"},
        "sentry": {"project": "other"},
        "gsc": {"site_url": "sc-domain:example.org"},
    }
    results = {}
    for key in [*SOURCES, "gsc_indexed"]:
        name = FINDING_SOURCES[key].name
        vendor = start_vendor(name)
        services.connect(project, name, credentials=CREDENTIALS[name] | elsewhere[name], by=SYSTEM)
        outcome = ask_provider(finding_of(project, key, key), key, NOW)
        results[key] = ((outcome.status, outcome.reason), requested(vendor))

    assert results == dict.fromkeys([*SOURCES, "gsc_indexed"], (("inconclusive", "not_available"), []))


@pytest.mark.parametrize("key", [*SOURCES, "gsc_indexed"])
@pytest.mark.parametrize("server", ["https://other.example", ""])
def test_finding_of_the_same_name_at_another_server_is_inconclusive_without_a_request(
    project: Project, start_vendor: Callable[[str], FakeServer], key: str, server: str
) -> None:
    name = FINDING_SOURCES[key].name
    vendor = start_vendor(name)
    services.connect(project, name, credentials=CREDENTIALS[name], by=SYSTEM)

    outcome = ask_provider(finding_of(project, key, server=server), key, NOW)

    assert (outcome.status, outcome.reason, vendor.requests) == ("inconclusive", "not_available", [])
    assert "another server" in outcome.evidence["detail"]


@pytest.mark.parametrize("key", [*SOURCES, "gsc_indexed"])
def test_finding_with_incomplete_evidence_is_inconclusive(
    project: Project, start_vendor: Callable[[str], FakeServer], key: str
) -> None:
    name = FINDING_SOURCES[key].name
    start_vendor(name)
    services.connect(project, name, credentials=CREDENTIALS[name], by=SYSTEM)
    finding = finding_of(project, key)
    finding.evidence = {"server": finding.evidence["server"], "property": SITE}

    outcome = ask_provider(finding, key, NOW)

    assert (outcome.status, outcome.reason) == ("inconclusive", "not_available")


@pytest.mark.parametrize("key", [*SOURCES, "gsc_indexed"])
def test_evidence_that_a_client_reported_is_inconclusive_without_a_request(
    project: Project, start_vendor: Callable[[str], FakeServer], key: str
) -> None:
    name = FINDING_SOURCES[key].name
    vendor = start_vendor(name)
    services.connect(project, name, credentials=CREDENTIALS[name], by=SYSTEM)
    finding = finding_of(project, key)
    fixed_elsewhere = {**finding.evidence, "source": finding.evidence["source"] + "1"}
    reported = FindingReport(finding.domain, finding.title, evidence=fixed_elsewhere)

    changed, _ = ingest_one(project, reported, by=SYSTEM)
    outcome = ask_provider(changed, key, NOW)

    assert (changed.pk, changed.evidence["source"]) == (finding.pk, fixed_elsewhere["source"])
    assert (outcome.status, outcome.reason, vendor.requests) == ("inconclusive", "not_available", [])


def test_page_that_a_client_reported_is_inconclusive_without_a_request(
    project: Project, start_vendor: Callable[[str], FakeServer]
) -> None:
    vendor = start_vendor("gsc")
    services.connect(project, "gsc", credentials=CREDENTIALS["gsc"], by=SYSTEM)
    finding = finding_of(project, "gsc_indexed")
    finding.evidence["page"] = f"{PAGE}/indexed"

    outcome = ask_provider(finding, "gsc_indexed", NOW)

    assert (outcome.status, outcome.reason, vendor.requests) == ("inconclusive", "not_available", [])


def test_provider_checks_are_registered_and_differ_from_site_checks() -> None:
    every = list(FINDING_SOURCES)

    assert [key for key in every if provider_checks.find(key) is not ask_provider] == []
    assert {key for key in every if registry.get(key)} == set()
    assert {setting.check for setting in SETTINGS} | set(CHECKS) < set(every)
    assert all(setting.check.startswith("cloudflare_") for setting in SETTINGS)
