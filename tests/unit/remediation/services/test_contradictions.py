"""A scan in which a check fails, a report, or another check of the finding blocks the undecided verification."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from findings.models import Finding
from findings.services.ingestion import FindingReport, ingest
from krafter_audit.api.errors import ApiError
from remediation.models import Verification
from remediation.services import verdicts, verifications
from scans.models import Scan, ScanPage, ScanPart, ScanResult
from tests import factories
from tests.factories import Scenario

pytestmark = pytest.mark.django_db
CSP = "security_header_csp"


def state_of(verification: Verification) -> tuple[str, str]:
    row = Verification.objects.get(pk=verification.pk)
    return row.state, row.blocked_by


def scan_that_saw(verification: Verification, outcome: str, *, after: int) -> UUID:
    """Store a scan's result of the check, `after` seconds after the verification; return the scan's id."""
    scan = Scan.objects.create(project=verification.project, url="https://example.com/")
    page = ScanPage.objects.create(
        part=ScanPart.objects.create(scan=scan, scanner="http"), position=0, url=scan.url, route=""
    )
    ScanResult.objects.create(
        scan=scan, page=page, key=CSP, version=1, outcome=outcome, duration_ms=1.0,
        seen_at=verification.created_at + timedelta(seconds=after),
    )  # fmt: skip
    return scan.pk


def report(scenario: Scenario, *findings: Finding, **fields: Any) -> None:
    reports = [FindingReport(domain=finding.domain, title=finding.title, **fields) for finding in findings]
    ingest(scenario.project, reports, by=scenario.actor)


@pytest.mark.parametrize(
    ("outcome", "after", "expected"),
    [
        ("failed", 1, ("blocked", "failed")),
        ("failed", 0, ("ready", "")),
        ("failed", -1, ("ready", "")),
        ("inconclusive", 1, ("ready", "")),
        ("passed", 1, ("ready", "")),
    ],
)
def test_verification_is_blocked_when_a_later_scan_saw_its_check_fail(
    scenario: Scenario, outcome: str, after: int, expected: tuple[str, str]
) -> None:
    finding = factories.finding(scenario)
    verification = factories.verification(scenario, of=factories.task(scenario, of=finding))

    report(scenario, finding, scan_id=scan_that_saw(verification, outcome, after=after))

    assert state_of(verification) == expected
    assert is_approvable(scenario, verification) == (expected[0] == "ready")


@pytest.mark.parametrize(("keys", "checks"), [([CSP], "passed"), ([], "running")])
def test_verification_is_blocked_while_the_finding_has_a_check_that_it_did_not_run(
    scenario: Scenario, keys: list[str], checks: str
) -> None:
    finding = factories.finding(scenario, checks=keys)
    verification = factories.verification(scenario, of=factories.task(scenario, of=finding), checks=checks)
    states, scan_id = [state_of(verification)], scan_that_saw(verification, "passed", after=1)

    for listed in ([*keys, "tls_certificate_valid"], keys):
        report(scenario, finding, checks=listed, scan_id=scan_id)
        states.append(state_of(verification))

    assert states == [("ready", ""), ("blocked", "inconclusive"), ("ready", "")]
    assert is_approvable(scenario, verification)


def test_running_verification_is_blocked_when_it_ends(scenario: Scenario) -> None:
    finding = factories.finding(scenario)
    verification = factories.verification(scenario, of=factories.task(scenario, of=finding), checks="running")

    report(scenario, finding, scan_id=scan_that_saw(verification, "failed", after=1))
    running = state_of(verification)
    passed = [{**check, "status": "passed"} for check in verification.checks]
    Verification.objects.filter(pk=verification.pk).update(checks=passed, running=False)

    assert (running, state_of(verification)) == (("running", ""), ("blocked", "failed"))


@pytest.mark.parametrize(
    "sent",
    [
        {"evidence": {}},
        {"evidence": {"scan_id": str(uuid4())}},
        {"evidence": {"checks": [CSP]}, "external_id": "pentest/1"},
        {"severity": "low", "checks": [CSP]},
    ],
)
def test_report_of_a_client_does_not_lift_the_block_by_a_scan(
    scenario: Scenario, sent: dict[str, Any]
) -> None:
    finding = factories.finding(scenario)
    verification = factories.verification(scenario, of=factories.task(scenario, of=finding))
    report(scenario, finding, scan_id=scan_that_saw(verification, "failed", after=1))

    response = scenario.client.call(
        "post", "findings", {"domain": "security", "title": finding.title, **sent}
    )

    assert (response.status_code, response.json()["data"]["id"]) == (200, str(finding.pk))
    assert state_of(verification) == ("blocked", "failed")
    assert not is_approvable(scenario, verification)


@pytest.mark.parametrize("name", ["findings", "findings/bulk", "findings/import"])
def test_report_since_a_verification_blocks_it_until_a_new_one(scenario: Scenario, name: str) -> None:
    reported = {"domain": "security", "title": "Unsafe eval", "checks": [CSP]}
    rule = {"id": "eval", "shortDescription": {"text": "Unsafe eval"}, "properties": {"tags": ["security"]}}
    run = {
        "tool": {"driver": {"name": "CodeQL", "rules": [rule]}},
        "results": [{"ruleId": "eval", "message": {"text": "Called"}}],
    }
    body = {
        "findings": reported,
        "findings/bulk": {"findings": [reported]},
        "findings/import": {"format": "sarif", "document": {"version": "2.1.0", "runs": [run]}},
    }[name]
    scenario.client.call("post", name, body)
    finding = Finding.objects.get()
    Finding.objects.filter(pk=finding.pk).update(check_keys=[CSP])
    verification = factories.verification(scenario, of=factories.task(scenario, of=finding))
    before = state_of(verification)

    scenario.client.call("post", name, body)

    refused = scenario.client.call("post", f"verifications/{verification.pk}/approve", {})
    found = [before, state_of(verification), refused.json()["error"]["details"]]
    found.append(state_of(factories.verification(scenario, of=verification.task)))
    assert found == [("ready", ""), ("blocked", "failed"), {"checks": {CSP: "failed"}}, ("ready", "")]


def test_report_blocks_no_manual_review_whose_approval_is_the_check(scenario: Scenario) -> None:
    finding = factories.finding(scenario, checks=[])
    verification = factories.verification(scenario, of=factories.task(scenario, of=finding), checks="running")

    report(scenario, finding)

    assert state_of(verification) == ("ready", "")
    assert is_approvable(scenario, verification)


def test_report_of_what_was_observed_before_a_verification_does_not_block_it(scenario: Scenario) -> None:
    finding = factories.finding(scenario)
    verification = factories.verification(scenario, of=factories.task(scenario, of=finding))
    states = []

    for seconds in (0, 1):
        report(scenario, finding, observed_at=verification.created_at + timedelta(seconds=seconds))
        states.append(state_of(verification))

    assert states == [("ready", ""), ("blocked", "failed")]


def test_scan_that_saw_the_check_pass_does_not_lift_the_block_by_a_report(scenario: Scenario) -> None:
    finding = factories.finding(scenario)
    verification = factories.verification(scenario, of=factories.task(scenario, of=finding))
    report(scenario, finding)

    report(scenario, finding, scan_id=scan_that_saw(verification, "passed", after=1))

    assert state_of(verification) == ("blocked", "failed")


def test_report_of_a_later_scan_that_saw_the_check_pass_lifts_the_block(scenario: Scenario) -> None:
    finding = factories.finding(scenario)
    verification = factories.verification(scenario, of=factories.task(scenario, of=finding))
    states = []

    for outcome in ("failed", "passed"):
        report(scenario, finding, scan_id=scan_that_saw(verification, outcome, after=1))
        states.append(state_of(verification))

    assert states == [("blocked", "failed"), ("ready", "")]


def test_blocked_verification_is_another_version(scenario: Scenario) -> None:
    finding = factories.finding(scenario)
    verification = factories.verification(scenario, of=factories.task(scenario, of=finding))

    report(scenario, finding, scan_id=scan_that_saw(verification, "failed", after=1))

    assert Verification.objects.get(pk=verification.pk).updated_at > verification.updated_at


def test_same_report_again_does_not_change_the_time_of_the_verification(scenario: Scenario) -> None:
    finding = factories.finding(scenario)
    verification = factories.verification(scenario, of=factories.task(scenario, of=finding))
    scan_id, times = scan_that_saw(verification, "failed", after=1), []

    for _ in range(2):
        report(scenario, finding, scan_id=scan_id)
        verification.refresh_from_db()
        times.append(verification.updated_at)

    assert times[0] == times[1]


def test_newer_verification_is_ready_again(scenario: Scenario) -> None:
    finding = factories.finding(scenario)
    older = factories.verification(scenario, of=factories.task(scenario, of=finding))
    report(scenario, finding, scan_id=scan_that_saw(older, "failed", after=1))

    newer = verifications.run(scenario.project, task_id=older.task_id, by=scenario.actor)

    assert (state_of(older), state_of(newer)) == (("superseded", ""), ("running", ""))


def test_decided_verification_keeps_its_state_and_its_time(scenario: Scenario) -> None:
    finding = factories.finding(scenario)
    verification = factories.verification(scenario, of=factories.task(scenario, of=finding))
    verdicts.approve(verification.pk, by=scenario.actor)
    verification.refresh_from_db()

    report(scenario, finding, checks=[CSP, "tls_certificate_valid"])

    row = Verification.objects.get(pk=verification.pk)
    assert (row.state, row.updated_at) == ("decided", verification.updated_at)


@pytest.mark.slow
def test_number_of_queries_does_not_grow_with_the_findings(scenario: Scenario) -> None:
    findings = [factories.finding(scenario, title=f"Finding {number}") for number in range(8)]
    first, *_ = [
        factories.verification(scenario, of=factories.task(scenario, of=finding)) for finding in findings
    ]
    scan_id = scan_that_saw(first, "failed", after=1)
    counts = []
    for chosen in (findings[:2], findings[2:]):
        with CaptureQueriesContext(connection) as captured:
            report(scenario, *chosen, scan_id=scan_id)
        counts.append(len(captured))

    assert counts[0] == counts[1]


def is_approvable(scenario: Scenario, verification: Verification) -> bool:
    try:
        verdicts.approve(verification.pk, by=scenario.actor)
    except ApiError:
        return False
    return True
