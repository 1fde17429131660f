"""Approving and reopening verifications."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone

from accounts.actors import SYSTEM
from events.models import Event
from findings.models import Finding, Regression
from findings.services.ingestion import FindingReport, ingest_one
from krafter_audit.api.errors import ApiError
from krafter_audit.db.models import first_id_at
from remediation import errors
from remediation.models import Verification
from remediation.services import verdicts
from scans.models import Scan, ScanPage, ScanPart, ScanResult
from scans.worker import retention
from tests import factories
from tests.factories import Scenario, remediation_state

pytestmark = pytest.mark.django_db


def test_approve_closes_task_finding_and_regressions(scenario: Scenario):
    verification, other = (
        factories.verification(scenario, checks="passed", open_regressions=1) for _ in range(2)
    )

    verdicts.approve(verification.pk, by=scenario.actor)

    assert remediation_state(verification) == {
        "result": "passed", "task": "done", "finding": "resolved", "open regressions": 0,
    }  # fmt: skip
    assert Regression.objects.get(closed_at=None).finding == other.task.finding


def test_reopen_reverts_the_approval_and_opens_a_regression(scenario: Scenario):
    verification = factories.verification(scenario, checks="passed")
    verdicts.approve(verification.pk, by=scenario.actor)

    verdicts.reopen(verification.pk, by=scenario.actor)

    assert remediation_state(verification) == {
        "result": "failed", "task": "in_progress", "finding": "in_progress", "open regressions": 1,
    }  # fmt: skip
    regression = Regression.objects.get()
    assert (regression.trigger, regression.verification_id) == ("verification_reopened", verification.pk)


@pytest.mark.parametrize("verdict", [verdicts.approve, verdicts.reopen])
def test_repeated_verdict_changes_nothing(scenario: Scenario, verdict):
    verification = factories.verification(scenario, checks="passed")
    first = verdict(verification.pk, by=scenario.actor)

    again = verdict(verification.pk, by=scenario.actor)

    assert (again.result, again.updated_at, again.verified_at) == (
        first.result,
        first.updated_at,
        first.verified_at,
    )
    assert Regression.objects.count() == (1 if verdict is verdicts.reopen else 0)


@pytest.mark.parametrize(
    ("checks", "refusal"),
    [
        ("running", errors.VerificationRunning),
        ("failed", errors.ChecksNotPassed),
        ("inconclusive", errors.ChecksNotPassed),
    ],
)
def test_approve_requires_passed_checks(scenario: Scenario, checks: str, refusal: type[ApiError]):
    verification = factories.verification(scenario, checks=checks)
    before = remediation_state(verification)

    with pytest.raises(refusal):
        verdicts.approve(verification.pk, by=scenario.actor)

    assert remediation_state(verification) == before


def test_refused_approval_names_the_checks_that_did_not_pass(scenario: Scenario):
    verification = factories.verification(scenario, checks="failed")

    with pytest.raises(errors.ChecksNotPassed) as refused:
        verdicts.approve(verification.pk, by=scenario.actor)

    assert refused.value.details == {"checks": {verification.checks[0]["key"]: "failed"}}


def test_override_closes_the_finding_and_keeps_the_check_results(scenario: Scenario):
    verification = factories.verification(scenario, checks="failed")

    decided = verdicts.approve(verification.pk, by=scenario.actor, override_reason="Accepted by the owner")

    assert remediation_state(verification)["finding"] == "resolved"
    assert [check["status"] for check in decided.checks] == ["failed"]
    assert Verification.objects.get().override_reason == "Accepted by the owner"


@pytest.mark.parametrize("keys", [["security_header_csp"], []])
def test_override_without_a_check_that_did_not_pass_is_no_override(scenario: Scenario, keys: list[str]):
    task = factories.task(scenario, of=factories.finding(scenario, checks=keys))
    verification = factories.verification(scenario, of=task, checks="passed" if keys else "running")

    verdicts.approve(verification.pk, by=scenario.actor, override_reason="To be safe")

    verification.refresh_from_db()
    event = Event.objects.get(name="verification.approved")
    assert (verification.result, verification.override_reason) == ("passed", "")
    assert event.data["override_reason"] == ""


def report_another_check(finding: Finding) -> None:
    """Let a scan report the finding with one more check."""
    checks = [*finding.check_keys, "tls_certificate_valid"]
    report = FindingReport(domain="security", title=finding.title, checks=checks, scan_id=uuid4())
    ingest_one(finding.project, report, by=SYSTEM)


def test_check_that_the_finding_got_since_the_verification_must_be_run(scenario: Scenario):
    verification = factories.verification(scenario)
    before = remediation_state(verification)
    report_another_check(verification.task.finding)

    with pytest.raises(errors.ChecksNotPassed) as refused:
        verdicts.approve(verification.pk, by=scenario.actor)
    unchanged = remediation_state(verification)
    decided = verdicts.approve(verification.pk, by=scenario.actor, override_reason="Seen by hand")

    assert refused.value.details == {"checks": {"tls_certificate_valid": "not_run"}}
    assert (unchanged, decided.result, decided.override_reason) == (before, "passed", "Seen by hand")


def test_manual_review_of_a_finding_that_got_a_check_since_is_not_approved(scenario: Scenario):
    task = factories.task(scenario, of=factories.finding(scenario, checks=[]))
    verification = factories.verification(scenario, of=task, checks="running")
    before = remediation_state(verification)
    report_another_check(task.finding)

    with pytest.raises(errors.ChecksNotPassed):
        verdicts.approve(verification.pk, by=scenario.actor)

    assert remediation_state(verification) == before


def test_failure_that_a_later_scan_saw_blocks_the_approval_after_the_results_have_expired(
    scenario: Scenario, settings: Any
):
    settings.KRAFTER_RESULTS_KEEP_DAYS = 90
    finding = factories.finding(scenario)
    verification = factories.verification(scenario, of=factories.task(scenario, of=finding))
    seen_at = timezone.now() - timedelta(days=100)
    Verification.objects.filter(pk=verification.pk).update(created_at=seen_at - timedelta(days=1))
    scan = Scan.objects.create(id=first_id_at(seen_at), project=scenario.project, url="https://example.com/")
    page = ScanPage.objects.create(
        part=ScanPart.objects.create(scan=scan, scanner="http"), position=0, url=scan.url, route=""
    )
    result = ScanResult.objects.create(
        scan=scan, page=page, key="security_header_csp", version=1, outcome="failed", duration_ms=1.0,
        seen_at=seen_at,
    )  # fmt: skip
    Finding.objects.filter(pk=finding.pk).update(last_scan_id=scan.pk)

    retention.delete_expired()

    with pytest.raises(errors.ChecksNotPassed):
        verdicts.approve(verification.pk, by=scenario.actor)
    verdicts.approve(verification.pk, by=scenario.actor, override_reason="Seen by hand")
    retention.delete_expired()
    assert not ScanResult.objects.filter(pk=result.pk).exists()


def test_override_is_rejected_while_a_check_runs(scenario: Scenario):
    verification = factories.verification(scenario, checks="running")
    before = remediation_state(verification)

    with pytest.raises(errors.VerificationRunning):
        verdicts.approve(verification.pk, by=scenario.actor, override_reason="Now")

    assert remediation_state(verification) == before


def test_reopened_verification_cannot_be_approved(scenario: Scenario):
    verification = factories.verification(scenario, checks="passed")
    verdicts.reopen(verification.pk, by=scenario.actor)
    before = remediation_state(verification)

    with pytest.raises(errors.VerificationFailed):
        verdicts.approve(verification.pk, by=scenario.actor)

    assert remediation_state(verification) == before


def test_approval_is_refused_in_words_before_it_is_tried(scenario: Scenario):
    open_one, blocked, approved = (
        factories.verification(scenario, checks=checks) for checks in ("passed", "failed", "passed")
    )
    verdicts.approve(approved.pk, by=scenario.actor)
    approved.refresh_from_db()

    refusals = [
        verdicts.approval_refusal(verification, by=scenario.owner.pk)
        for verification in (open_one, blocked, approved)
    ]

    assert refusals == ["", errors.ChecksNotPassed.message, "This verification is approved."]
    assert verdicts.approval_refusal(blocked, by=scenario.owner.pk, override=True) == ""


def test_newer_verification_supersedes_the_older(scenario: Scenario):
    older = factories.verification(scenario, checks="passed")
    factories.verification(scenario, of=older.task, checks="failed")
    before = remediation_state(older)

    with pytest.raises(errors.VerificationSuperseded):
        verdicts.approve(older.pk, by=scenario.actor)

    assert remediation_state(older) == before


def test_superseded_verification_can_be_reopened_and_the_newer_one_stays(scenario: Scenario):
    older = factories.verification(scenario, checks="passed")
    newer = factories.verification(scenario, of=older.task, checks="passed")

    verdicts.reopen(older.pk, by=scenario.actor)

    for row in (older, newer, older.task):
        row.refresh_from_db()
    assert (older.result, newer.result, older.task.status) == ("failed", "pending", "in_progress")


def test_approve_rejects_a_dismissed_finding(scenario: Scenario):
    task = factories.task(scenario, of=factories.finding(scenario, status="dismissed"))
    verification = factories.verification(scenario, of=task, checks="passed")
    before = remediation_state(verification)

    with pytest.raises(errors.FindingDismissed):
        verdicts.approve(verification.pk, by=scenario.actor)

    assert remediation_state(verification) == before


def test_reopen_fails_the_running_checks_only(scenario: Scenario):
    finding = factories.finding(scenario, checks=["security_header_csp", "title_present"])
    task = factories.task(scenario, of=finding, status="ready_verify")
    verification = factories.verification(scenario, of=task, checks=["running", "passed"])

    decided = verdicts.reopen(verification.pk, by=scenario.actor)

    assert decided.checks == [
        {"key": "security_header_csp", "before": "failed", "after": "pending", "status": "failed"},
        {"key": "title_present", "before": "failed", "after": "passed", "status": "passed"},
    ]
    assert not decided.running


def test_approve_passes_a_manual_review(scenario: Scenario):
    task = factories.task(scenario, of=factories.finding(scenario, checks=[]))
    verification = factories.verification(scenario, of=task, checks="running")

    decided = verdicts.approve(verification.pk, by=scenario.actor)

    assert decided.checks == [
        {"key": "manual_review", "before": "failed", "after": "passed", "status": "passed"}
    ]
    assert remediation_state(verification)["task"] == "done"


def updates() -> tuple[int, int]:
    """Return the number of updates of verifications in this transaction, and of heap-only ones."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT n_tup_upd, n_tup_hot_upd FROM pg_stat_xact_user_tables WHERE relname = 'remediation_verification'"
        )
        [found] = cursor.fetchall()
    return found


def test_verdict_is_one_update_of_the_verification(scenario: Scenario):
    verification = factories.verification(scenario, checks="passed")
    before = updates()

    verdicts.approve(verification.pk, by=scenario.actor)

    # Not a heap-only one: the state, which an index has for the lists, changes with it.
    assert [now - was for was, now in zip(before, updates(), strict=True)] == [1, 0]


def test_the_log_names_the_task_the_finding_and_the_person_of_each_decision(scenario: Scenario):
    made, person = factories.verification(scenario), scenario.owner.pk

    verdicts.approve(made.pk, by=scenario.actor)
    verdicts.reopen(made.pk, by=scenario.actor)

    logged = Event.objects.filter(
        subject_id=made.pk, name__in=["verification.approved", "verification.reopened"]
    )
    rows = logged.order_by("pk").values_list("name", "actor_id", "data__task_id", "data__finding_id")
    of = (person, str(made.task_id), str(made.task.finding_id))
    assert list(rows) == [("verification.approved", *of), ("verification.reopened", *of)]


def test_reopening_ends_the_work_that_still_runs_and_names_the_person(scenario: Scenario):
    made = factories.verification(scenario, checks="running")

    verdicts.reopen(made.pk, by=scenario.actor)

    made.refresh_from_db()
    running = made.parts.filter(finished_at=None).count()
    assert (made.result, made.verified_by_id, running) == ("failed", scenario.owner.pk, 0)


def test_reopening_leaves_the_work_that_has_finished(scenario: Scenario):
    made, earlier = factories.verification(scenario, checks="running"), timezone.now() - timedelta(hours=1)
    made.parts.update(finished_at=earlier)

    verdicts.reopen(made.pk, by=scenario.actor)

    assert made.parts.get().finished_at == earlier
