"""Guard windows, with the real checks on a real site and a moved clock."""

import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone

from accounts import quota
from accounts.actors import SYSTEM
from accounts.models import QuotaMonth
from assurance import jobs
from assurance.errors import GuardWindowEnded
from assurance.models import GuardWindow
from assurance.services import deploys, guard_windows
from events.models import Event
from findings.models import Regression
from krafter_audit.api.errors import NotFound
from remediation import jobs as remediation_jobs
from remediation.errors import VerificationOfGuardWindow
from remediation.evidence import export
from remediation.models import Evidence, Verification
from remediation.services import verdicts, verifications
from tests import factories
from tests.factories import Scenario
from tests.fakes.faulty_site import FaultySite
from tests.unit.assurance.conftest import approved, opened, run_due, set_policy

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def statuses(window: GuardWindow) -> tuple[str, list[str]]:
    window.refresh_from_db()
    return window.status, list(window.runs.order_by("due_at").values_list("status", flat=True))


def progress(window: GuardWindow) -> tuple[int, int]:
    window.refresh_from_db()
    return window.runs_passed, window.runs_total


def test_approval_opens_a_window_with_a_run_at_each_offset(scenario: Scenario) -> None:
    verification = approved(scenario)

    window = GuardWindow.objects.get(verification=verification)
    approved_at = verification.verified_at
    assert approved_at
    offsets = [run.due_at - approved_at for run in window.runs.order_by("due_at")]
    assert offsets == [timedelta(hours=1), timedelta(days=1), timedelta(days=7)]
    assert (window.status, window.ends_at - approved_at) == ("open", timedelta(days=7))
    assert progress(window) == (0, 3)


def test_without_offsets_for_its_severity_a_finding_is_not_guarded(scenario: Scenario) -> None:
    set_policy(scenario, guard={"critical": ["1h"]})

    verification = approved(scenario)

    assert guard_windows.open_window(verification.pk) is None
    assert not GuardWindow.objects.exists()


def test_manual_review_and_override_are_not_guarded(scenario: Scenario) -> None:
    approved(scenario, checks=[])
    overridden = factories.verification(scenario, checks="failed")
    verdicts.approve(overridden.pk, by=scenario.actor, override_reason="A known exception.")
    jobs.process_events()

    assert not GuardWindow.objects.exists()


def test_run_is_started_when_it_is_due_and_not_before(scenario: Scenario, time_machine: Any) -> None:
    window = opened(scenario)

    run_due()
    assert statuses(window) == ("open", ["pending"] * 3)
    time_machine.shift(timedelta(hours=1))
    run_due()

    assert statuses(window) == ("open", ["passed", "pending", "pending"])
    assert progress(window) == (1, 3)


def test_window_passes_with_its_last_run(scenario: Scenario, time_machine: Any) -> None:
    window = opened(scenario)

    for days in (1, 1, 6):
        time_machine.shift(timedelta(days=days))
        run_due()

    assert statuses(window) == ("passed", ["passed"] * 3)
    assert progress(window) == (3, 3)
    assert Event.objects.filter(name="guard.passed", subject_id=window.pk).count() == 1


def test_passed_run_is_a_link_of_the_evidence_chain(scenario: Scenario, time_machine: Any) -> None:
    window = opened(scenario)
    time_machine.shift(timedelta(hours=1))

    run_due()

    run = window.runs.order_by("due_at")[0]
    links = Evidence.objects.filter(verification=run.verification_id).order_by("sequence")
    assert [link.key for link in links] == ["security_header_csp", "verdict:guard_passed"]
    verdict = json.loads(links[1].body)
    assert (verdict["guards"], verdict["decided_by"]["kind"]) == (str(window.verification_id), "system")


def faults_of_bundle(verification_id: UUID | None) -> list[str]:
    content = export.content(Verification.objects.get(pk=verification_id))
    return [line.sentence for line in export.verify_content(content) if line.word == "invalid"]


def test_evidence_bundle_of_a_passed_run_is_valid(scenario: Scenario, time_machine: Any) -> None:
    window = opened(scenario)
    time_machine.shift(timedelta(hours=1))

    run_due()

    assert faults_of_bundle(window.runs.get(status="passed").verification_id) == []


def test_evidence_bundle_of_a_failed_run_is_valid_if_a_person_has_reopened_the_finding(
    scenario: Scenario, site: FaultySite, time_machine: Any
) -> None:
    window = opened(scenario)
    del site.headers["Content-Security-Policy"]
    time_machine.shift(timedelta(hours=1))
    jobs.start_due_guard_runs()
    verification_id = window.runs.get(status="running").verification_id
    assert verification_id
    remediation_jobs.run_verification(str(verification_id))
    verdicts.reopen(window.verification_id, by=scenario.actor)

    guard_windows.continue_window(verification_id)

    assert faults_of_bundle(verification_id) == []


def test_failed_run_reopens_the_finding(scenario: Scenario, site: FaultySite, time_machine: Any) -> None:
    window = opened(scenario)
    deploy, _ = deploys.record(
        scenario.project, sha="abc1234", environment="production", finished_at=timezone.now(), by=SYSTEM
    )
    del site.headers["Content-Security-Policy"]
    time_machine.shift(timedelta(hours=1))

    run_due()

    regression = Regression.objects.get(finding=window.finding)
    failed = window.runs.get(status="failed")
    assert factories.remediation_state(window.verification) == {
        "result": "passed", "task": "in_progress", "finding": "in_progress", "open regressions": 1,
    }  # fmt: skip
    assert (regression.trigger, regression.verification_id) == ("guard_failed", failed.verification_id)
    assert regression.deploy_ids == [deploy.pk]
    reopened = Event.objects.get(name="verification.reopened", subject_id=failed.verification_id)
    assert (reopened.actor, reopened.data["trigger"]) == ("system", "guard_failed")
    assert statuses(window)[0] == "failed"
    assert set(statuses(window)[1]) == {"failed", "cancelled"}
    assert progress(window) == (0, 1)


def test_site_that_breaks_a_day_later_is_reopened_with_the_deploys_since_the_last_pass(
    scenario: Scenario, site: FaultySite, time_machine: Any
) -> None:
    window = opened(scenario)
    time_machine.shift(timedelta(hours=1))
    run_due()
    deploy, _ = deploys.record(
        scenario.project,
        sha="abc1234",
        environment="production",
        finished_at=timezone.now() + timedelta(hours=1),
        by=SYSTEM,
    )
    time_machine.shift(timedelta(hours=2))
    run_due()  # after the deploy
    run_due()
    late, _ = deploys.record(scenario.project, sha="def5678", environment="production", by=SYSTEM)
    time_machine.shift(timedelta(hours=21))
    deploys.record(
        scenario.project, sha="def5678", environment="production", finished_at=timezone.now(), by=SYSTEM
    )
    del site.headers["Content-Security-Policy"]

    run_due()
    run_due()

    regression = Regression.objects.get(finding=window.finding)
    assert (regression.trigger, regression.deploy_ids) == ("guard_failed", [late.pk])
    assert window.runs.get(deploy=deploy).status == "passed"
    assert (statuses(window)[0], window.runs_passed) == ("failed", 2)
    assert factories.remediation_state(window.verification)["task"] == "in_progress"


def test_inconclusive_run_is_repeated_and_then_reported(
    scenario: Scenario, site: FaultySite, no_retry_delay: None, time_machine: Any
) -> None:
    window = opened(scenario)
    site.status = 503
    time_machine.shift(timedelta(hours=1))

    first = window.runs.order_by("due_at")[0]
    seen = []
    for _ in range(3):
        run_due()
        first.refresh_from_db()
        seen.append((first.status, first.attempts))
        time_machine.shift(timedelta(hours=1))

    assert seen == [("pending", 1), ("pending", 2), ("inconclusive", 3)]
    assert Event.objects.filter(name="guard.inconclusive", subject_id=window.pk).count() == 1
    assert factories.remediation_state(window.verification)["finding"] == "resolved"


def test_window_without_any_result_is_cancelled_and_not_passed(
    scenario: Scenario, site: FaultySite, no_retry_delay: None, time_machine: Any
) -> None:
    set_policy(scenario, guard={"high": ["1h"]})
    window = opened(scenario)
    quota.spend(scenario.project.organization_id)
    site.status = 503
    for _ in range(3):
        time_machine.shift(timedelta(hours=1))
        run_due()

    assert statuses(window) == ("cancelled", ["inconclusive"])
    assert QuotaMonth.objects.get().spent == 1  # guard runs cost nothing, so nothing is refunded


def test_guard_run_costs_no_quota_supersedes_nothing_and_is_in_no_list(
    scenario: Scenario, time_machine: Any
) -> None:
    window = opened(scenario)
    undecided = factories.verification(scenario, of=window.verification.task)
    before = QuotaMonth.objects.values_list("spent", flat=True).first()
    time_machine.shift(timedelta(hours=1))

    run_due()

    listed = scenario.client.call("get", "verifications").json()
    assert QuotaMonth.objects.values_list("spent", flat=True).first() == before
    assert {row["id"] for row in listed["data"]} == {str(window.verification_id), str(undecided.pk)}
    assert listed["meta"]["total"] == 2
    undecided.refresh_from_db()
    assert (statuses(window)[1][0], undecided.superseded) == ("passed", False)


def test_budget_of_a_day_postpones_runs(scenario: Scenario, time_machine: Any) -> None:
    set_policy(scenario, guard={"high": ["1h"], "runs_per_day": 1})
    windows = [opened(scenario), opened(scenario)]
    time_machine.shift(timedelta(hours=1))

    run_due()
    first = sorted(statuses(window)[0] for window in windows)
    time_machine.shift(timedelta(days=1, minutes=1))
    run_due()

    assert first == ["open", "passed"]
    assert [statuses(window)[0] for window in windows] == ["passed", "passed"]


def test_call_whose_time_is_over_starts_no_run(
    scenario: Scenario, time_machine: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = opened(scenario)
    time_machine.shift(timedelta(hours=1))
    monkeypatch.setattr(guard_windows, "MAX_SECONDS", -1)

    assert guard_windows.start_due_runs() == 0
    assert statuses(window) == ("open", ["pending"] * 3)


def test_project_that_has_used_up_its_budget_delays_no_other(
    scenario: Scenario, site: FaultySite, time_machine: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard_windows, "BATCH_SIZE", 2)
    exhausted = [opened(scenario) for _ in range(3)]
    set_policy(scenario, guard={"high": ["1h"], "runs_per_day": 0})
    time_machine.shift(timedelta(minutes=1))
    other = factories.scenario(site_url=site.url)
    set_policy(other, guard={"high": ["1h"]})
    window = opened(other)
    time_machine.shift(timedelta(hours=1))

    run_due()

    assert [statuses(window)[0] for window in exhausted] == ["open"] * 3
    assert statuses(window)[0] == "passed"


def test_run_waits_for_another_verification_of_the_task(scenario: Scenario, time_machine: Any) -> None:
    window = opened(scenario)
    verifications.run(scenario.project, task_id=window.verification.task_id, by=scenario.actor)
    time_machine.shift(timedelta(hours=1))

    jobs.start_due_guard_runs()

    run = window.runs.order_by("due_at")[0]
    assert (run.status, run.attempts) == ("pending", 0)
    assert run.due_at > timezone.now()


def test_reopened_finding_is_not_guarded_any_more(scenario: Scenario) -> None:
    window = opened(scenario)

    verdicts.reopen(window.verification_id, by=scenario.actor)
    jobs.process_events()

    assert statuses(window) == ("cancelled", ["cancelled"] * 3)
    assert progress(window) == (0, 0)


def test_reopened_finding_leaves_the_windows_of_others_open(scenario: Scenario) -> None:
    window, other = opened(scenario), opened(scenario)

    guard_windows.cancel_for_finding(other.finding_id)  # it is resolved
    verdicts.reopen(window.verification_id, by=scenario.actor)
    jobs.process_events()

    assert (statuses(window)[0], statuses(other)[0]) == ("cancelled", "open")


def test_second_approval_opens_a_new_window(scenario: Scenario) -> None:
    window = opened(scenario)
    verdicts.reopen(window.verification_id, by=scenario.actor)
    task = window.verification.task
    task.refresh_from_db()

    again = verdicts.approve(factories.verification(scenario, of=task).pk, by=scenario.actor)
    jobs.process_events()

    assert statuses(window)[0] == "cancelled"
    assert GuardWindow.objects.get(verification=again).status == "open"


def test_second_approval_that_is_not_guarded_cancels_the_window(scenario: Scenario) -> None:
    window = opened(scenario)
    task = window.verification.task
    task.refresh_from_db()
    again = factories.verification(scenario, of=task, checks="failed")

    verdicts.approve(again.pk, by=scenario.actor, override_reason="A known exception.")
    jobs.process_events()

    assert statuses(window) == ("cancelled", ["cancelled"] * 3)


def test_events_are_processed_twice_without_harm(scenario: Scenario, time_machine: Any) -> None:
    window = opened(scenario)
    time_machine.shift(timedelta(hours=1))
    run_due()
    run = window.runs.get(status="passed")

    guard_windows.open_window(window.verification_id)
    assert run.verification_id
    guard_windows.continue_window(run.verification_id)
    guard_windows.start_run(run.pk)

    assert GuardWindow.objects.count() == 1
    assert statuses(window) == ("open", ["passed", "pending", "pending"])


def test_person_cannot_approve_the_verification_of_a_guard_window(
    scenario: Scenario, time_machine: Any
) -> None:
    window = opened(scenario)
    time_machine.shift(timedelta(hours=1))
    jobs.start_due_guard_runs()
    run = window.runs.get(status="running")
    Verification.objects.filter(pk=run.verification_id).update(running=False)

    with pytest.raises(VerificationOfGuardWindow):
        verdicts.approve(run.verification_id, by=scenario.actor)


def test_open_window_is_cancelled_by_a_person(scenario: Scenario) -> None:
    window = opened(scenario)

    guard_windows.cancel(window.pk, project=scenario.project, by=scenario.actor)

    assert statuses(window) == ("cancelled", ["cancelled"] * 3)
    with pytest.raises(GuardWindowEnded):
        guard_windows.cancel(window.pk, project=scenario.project, by=scenario.actor)


def test_window_of_another_project_is_not_found(scenario: Scenario) -> None:
    window = opened(scenario)

    with pytest.raises(NotFound):
        guard_windows.cancel(window.pk, project=factories.scenario().project, by=scenario.actor)
    assert statuses(window)[0] == "open"
