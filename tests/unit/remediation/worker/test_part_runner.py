"""The worker re-runs checks: it fails closed, stores each result once and never decides."""

import json
from typing import Any

import pytest

from accounts.models import QuotaMonth
from krafter_audit.db import leases
from remediation import jobs
from remediation.models import CheckStatus, Evidence, Verification, VerificationPart
from remediation.services import verdicts, verifications
from remediation.worker import check_aggregation, part_runner
from scanner.outcome import passed
from scans.models import Screenshot
from tests import factories
from tests.factories import Scenario
from tests.failing_rows import refuse
from tests.fakes.faulty_site import FaultySite

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

CSP = "default-src 'self'"
MALFORMED_IDENTITY = {"host": 1, "path": [], "status_class": "2", "title": 3, "password_form": "no"}


@pytest.fixture
def scenario(db: None, site: FaultySite) -> Scenario:
    return factories.scenario(site_url=site.url)


def run(scenario: Scenario, *, checks: list[str] | None = None, **fields: Any) -> Verification:
    """Run a verification of a finding with these checks, by its service and its job."""
    task = factories.task(scenario, of=factories.finding(scenario, checks=checks, **fields))
    verification = verifications.run(scenario.project, task_id=task.pk, by=scenario.actor)
    jobs.run_verification(str(verification.pk))
    verification.refresh_from_db()
    return verification


def leased_part(verification: Verification, *, seconds: int = 30) -> VerificationPart | None:
    """Lease a part of a verification."""
    return leases.acquire(VerificationPart, verification.parts.get().pk, seconds=seconds)


def test_check_fails_while_the_fault_remains(scenario: Scenario, site: FaultySite):
    verification = run(scenario)

    assert verification.checks == [
        {"key": "security_header_csp", "before": "failed", "after": "failed", "status": "failed"}
    ]
    assert (verification.result, verification.running) == ("pending", False)


def test_check_passes_after_the_fix_and_the_result_stays_pending(scenario: Scenario, site: FaultySite):
    site.headers["Content-Security-Policy"] = CSP

    verification = run(scenario)

    assert verification.checks[0]["status"] == "passed"
    assert (verification.result, verification.verified_at) == ("pending", None)


def test_only_required_urls_are_fetched(scenario: Scenario, site: FaultySite):
    site.headers["Content-Security-Policy"] = CSP

    run(scenario)

    assert site.hits == ["GET /"] * 2


def test_metric_is_measured_an_odd_number_of_times_and_the_median_counts(scenario: Scenario):
    verification = run(
        scenario, checks=["ttfb"], evidence={"values": {"ttfb": 900.5}}, domain="performance", title="Slow"
    )

    check = verification.checks[0]
    seen = json.loads(Evidence.objects.get().body)["pages"][0]
    assert (check["before"], check["status"]) == (900.5, "passed")
    assert check["after"] == seen["value"] < 600
    assert len(seen["samples"]) % 2 == 1
    assert sorted(seen["samples"])[len(seen["samples"]) // 2] == pytest.approx(seen["value"], abs=0.1)


@pytest.mark.parametrize(("status", "reason"), [(500, "blocked"), (404, "target_missing"), (403, "blocked")])
def test_blocked_or_replaced_page_is_inconclusive(
    scenario: Scenario, site: FaultySite, no_retry_delay: None, status: int, reason: str
):
    site.headers["Content-Security-Policy"] = CSP
    site.status = status

    verification = run(scenario)

    [check] = verification.checks
    [page] = json.loads(Evidence.objects.get().body)["pages"]
    assert (check["status"], check["after"], page["reason"]) == ("inconclusive", "inconclusive", reason)


def test_disallowed_address_is_inconclusive_and_not_requested(
    scenario: Scenario, site: FaultySite, settings: Any
):
    settings.KRAFTER_ALLOWED_NETWORKS = ""

    verification = run(scenario)

    assert verification.checks[0]["status"] == "inconclusive"
    assert json.loads(Evidence.objects.get().body)["pages"][0]["reason"] == "refused_address"
    assert site.hits == []


def test_check_that_the_policy_disables_is_inconclusive_and_not_requested(
    scenario: Scenario, site: FaultySite
):
    config = {"checks": {"security_header_csp": {"enabled": False}}}
    scenario.client.call("put", "policies/current", {"config": config})

    verification = run(scenario)

    page = json.loads(Evidence.objects.get().body)["pages"][0]
    assert verification.checks[0]["status"] == "inconclusive"
    assert (page["reason"], page["evidence"]["detail"]) == ("not_available", part_runner.CHECK_DISABLED)
    assert site.hits == []


def test_unit_is_refunded_when_every_check_is_inconclusive(scenario: Scenario, settings: Any):
    settings.KRAFTER_ALLOWED_NETWORKS = ""

    run(scenario)

    assert QuotaMonth.objects.get().spent == 0


def test_refund_is_noted_at_its_verification_alone(scenario: Scenario):
    factories.verification(scenario)

    refunded = run(scenario, checks=["no_such_check"])

    assert list(Verification.objects.filter(refunded=True)) == [refunded]


def test_unit_is_spent_when_a_check_has_a_result(scenario: Scenario):
    run(scenario, checks=["security_header_csp", "no_such_check"])

    assert QuotaMonth.objects.get().spent == 1


def test_missing_page_among_those_that_pass_makes_the_check_inconclusive(
    scenario: Scenario, site: FaultySite
):
    site.headers["Content-Security-Policy"] = CSP
    assets = [{"type": "url", "value": site.url}, {"type": "url", "value": "/gone"}]

    verification = run(scenario, affected_assets=assets)

    assert verification.checks[0]["status"] == "inconclusive"


def test_duplicate_message_changes_nothing(scenario: Scenario, site: FaultySite):
    verification = run(scenario)
    hits = len(site.hits)

    jobs.run_verification(str(verification.pk))

    assert (len(site.hits), Evidence.objects.count()) == (hits, 1)


def test_each_check_gets_its_own_result(scenario: Scenario, site: FaultySite):
    site.headers["Content-Security-Policy"] = CSP
    keys = ["security_header_csp", "security_header_x_content_type_options", "no_such_check"]

    verification = run(scenario, checks=keys)

    assert [check["status"] for check in verification.checks] == ["passed", "failed", "inconclusive"]


@pytest.mark.parametrize(
    ("other", "unfinished"),
    [("security_header_x_content_type_options", ["http"]), ("a11y_color_contrast", ["browser"])],
)
def test_part_is_finished_with_the_last_check_of_its_scanner(
    scenario: Scenario, other: str, unfinished: list[str]
):
    task = factories.task(scenario, of=factories.finding(scenario, checks=["security_header_csp", other]))
    verification = verifications.run(scenario.project, task_id=task.pk, by=scenario.actor)
    part = leases.acquire(VerificationPart, verification.parts.get(scanner="http").pk, seconds=30)
    answer = check_aggregation.AggregatedResult(CheckStatus.PASSED, "passed", {"outcome": "passed"})
    assert part is not None

    part_runner.store_result(part, "security_header_csp", answer)

    parts = verification.parts.filter(finished_at=None)
    assert list(parts.values_list("scanner", flat=True)) == unfinished
    assert Verification.objects.get(pk=verification.pk).running


def test_stored_result_is_another_version_of_the_verification(scenario: Scenario):
    verification = verifications.run(scenario.project, task_id=factories.task(scenario).pk, by=scenario.actor)

    jobs.run_verification(str(verification.pk))

    assert Verification.objects.get(pk=verification.pk).updated_at > verification.updated_at


def test_worker_without_lease_stores_nothing(scenario: Scenario):
    task = factories.task(scenario)
    verification = verifications.run(scenario.project, task_id=task.pk, by=scenario.actor)
    first = leased_part(verification, seconds=-1)
    second = leased_part(verification)
    answer = check_aggregation.AggregatedResult(CheckStatus.PASSED, "passed", {"outcome": "passed"})
    assert first is not None
    assert second is not None

    assert part_runner.store_result(first, "security_header_csp", answer) is False
    assert part_runner.store_result(second, "security_header_csp", answer) is True
    assert Evidence.objects.count() == 1


def test_screenshots_that_the_evidence_names_are_recorded_with_it(scenario: Scenario):
    task = factories.task(scenario)
    verification = verifications.run(scenario.project, task_id=task.pk, by=scenario.actor)
    pages = [
        {"url": "https://example.com/", "evidence": {"screenshots": {"screen": "a" * 64, "lcp": "b" * 64}}}
    ]
    result = check_aggregation.AggregatedResult(CheckStatus.PASSED, "passed", {"pages": pages})
    part = leased_part(verification)
    assert part is not None

    assert part_runner.store_result(part, "security_header_csp", result) is True

    rows = Screenshot.objects.filter(project=scenario.project, last_in_evidence_at__isnull=False)
    assert sorted(rows.values_list("sha256", flat=True)) == ["a" * 64, "b" * 64]


def test_leased_part_is_not_run_by_another_worker(scenario: Scenario, site: FaultySite):
    task = factories.task(scenario)
    verification = verifications.run(scenario.project, task_id=task.pk, by=scenario.actor)
    leased_part(verification)

    jobs.run_verification(str(verification.pk))

    assert site.hits == []


def test_checks_are_inconclusive_after_three_crashes(scenario: Scenario, site: FaultySite):
    task = factories.task(scenario)
    verification = verifications.run(scenario.project, task_id=task.pk, by=scenario.actor)
    VerificationPart.objects.update(attempts=3)

    jobs.run_verification(str(verification.pk))

    verification.refresh_from_db()
    assert (verification.checks[0]["status"], verification.running, site.hits) == ("inconclusive", False, [])


def test_verification_whose_work_never_begins_is_inconclusive(
    scenario: Scenario, site: FaultySite, monkeypatch: pytest.MonkeyPatch
):
    verification = verifications.run(scenario.project, task_id=factories.task(scenario).pk, by=scenario.actor)

    def fail(*args: Any) -> None:
        raise ValueError

    monkeypatch.setattr(part_runner, "page_urls", fail)
    for _ in range(part_runner.MAX_ATTEMPTS + 2):
        jobs.run_verification(str(verification.pk))
        VerificationPart.objects.update(lease_until=None)

    verification.refresh_from_db()
    assert (verification.checks[0]["status"], verification.running) == ("inconclusive", False)
    page = json.loads(Evidence.objects.get().body)["pages"][0]
    assert (page["evidence"]["detail"], QuotaMonth.objects.get().spent) == (part_runner.TOO_MANY_ATTEMPTS, 0)


def test_verification_whose_evidence_cannot_be_stored_is_inconclusive(scenario: Scenario, site: FaultySite):
    site.headers["Content-Security-Policy"] = CSP
    verification = verifications.run(scenario.project, task_id=factories.task(scenario).pk, by=scenario.actor)
    refuse(Evidence, "project_id", scenario.project.pk)

    for _ in range(part_runner.MAX_ATTEMPTS + 3):
        jobs.run_verification(str(verification.pk))
        VerificationPart.objects.update(lease_until=None)

    verification.refresh_from_db()
    assert (verification.checks[0]["status"], verification.running, verification.refunded) == (
        "inconclusive",
        False,
        True,
    )
    assert (QuotaMonth.objects.get().spent, Evidence.objects.count()) == (0, 0)
    shown = scenario.client.call("get", f"verifications/{verification.pk}/evidence")
    assert (shown.status_code, shown.json()["data"]["checks"]) == (200, [])


def test_reopened_verification_is_not_run(scenario: Scenario, site: FaultySite):
    task = factories.task(scenario)
    verification = verifications.run(scenario.project, task_id=task.pk, by=scenario.actor)
    verdicts.reopen(verification.pk, by=scenario.actor)

    jobs.run_verification(str(verification.pk))

    assert site.hits == []


def test_evidence_lists_the_fetched_responses(scenario: Scenario, site: FaultySite):
    site.headers["Content-Security-Policy"] = CSP
    verification = run(scenario)

    shown = scenario.client.call("get", f"verifications/{verification.pk}/evidence").json()["data"]

    page = shown["checks"][0]["pages"][0]
    assert page["url"] == site.url
    assert page["evidence"]["status"] == 200
    assert page["evidence"]["address"] == "127.0.0.1"
    assert page["evidence"]["headers"]["content-security-policy"] == CSP
    assert {"sha256", "time", "duration_ms", "build", "rule_version"} <= set(page["evidence"])
    assert shown["chain"][0]["body"] == Evidence.objects.get().body


def test_unexpected_evidence_does_not_stop_the_check(scenario: Scenario, site: FaultySite):
    site.headers["Content-Security-Policy"] = CSP

    verification = run(scenario, evidence={"pages": 5, "values": ["security_header_csp"]})

    assert verification.checks[0]["status"] == "passed"


def test_invalid_asset_url_is_inconclusive(scenario: Scenario, site: FaultySite):
    site.headers["Content-Security-Policy"] = CSP
    assets = [{"type": "url", "value": site.url}, {"type": "url", "value": "javascript:alert(1)"}]

    verification = run(scenario, affected_assets=assets)

    assert verification.checks[0]["status"] == "inconclusive"


def test_invalid_page_identity_does_not_stop_the_check(scenario: Scenario, site: FaultySite):
    outcome = {"status": "failed", "evidence": {"identity": MALFORMED_IDENTITY}}

    verification = run(scenario, evidence={"pages": [{"url": site.url, "outcome": outcome}]})

    assert (verification.running, VerificationPart.objects.get().attempts) == (False, 1)
    assert verification.checks[0]["status"] == "failed"


def test_threshold_above_the_maximum_is_ignored(scenario: Scenario):
    scenario.client.call(
        "put", "policies/current", {"config": {"checks": {"security_header_csp": {"threshold": 10**400}}}}
    )

    assert run(scenario).checks[0]["status"] == "failed"


def test_pages_beyond_the_limit_are_inconclusive(scenario: Scenario, site: FaultySite):
    site.headers["Content-Security-Policy"] = CSP
    assets = [{"type": "url", "value": f"{site.url}#{number}"} for number in range(part_runner.MAX_PAGES + 1)]

    verification = run(scenario, affected_assets=assets)

    pages = json.loads(Evidence.objects.get().body)["pages"]
    assert verification.checks[0]["status"] == "inconclusive"
    assert [page["status"] for page in pages] == ["passed"] * part_runner.MAX_PAGES + ["inconclusive"]


def test_result_after_the_verdict_is_dropped(scenario: Scenario):
    verification = factories.verification(scenario, checks="running")
    verdicts.reopen(verification.pk, by=scenario.actor)
    before = Verification.objects.values("checks", "running", "result", "updated_at").get()

    late = check_aggregation.aggregate("security_header_csp", {"https://example.com/": passed("Good.")})

    assert not part_runner.store_result(verification.parts.get(), "security_header_csp", late)
    assert Verification.objects.values("checks", "running", "result", "updated_at").get() == before
