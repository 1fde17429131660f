"""What a snapshot copies beside findings and tasks: verifications, regressions, fixes and overdue tasks."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from findings.services import triage
from findings.services.ingestion import FindingReport, ingest_one
from remediation.models import Task, Verification
from remediation.services import verdicts
from reports import services
from reports.exporters.csv import finding_rows
from reports.models import Report, ReportItem
from reports.snapshots import copying
from reports.snapshots.snapshotting import load_snapshot
from tests import factories
from tests.factories import Scenario

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def snapshot_of(scenario: Scenario) -> Any:
    return load_snapshot(services.queue_export(scenario.project, format="json", by=scenario.actor))


def fix(scenario: Scenario, *, days_ago: int = 0) -> Verification:
    """Create a finding that was fixed, verified and approved."""
    verification = factories.verification(scenario)
    verdicts.approve(verification.pk, project=scenario.project, by=scenario.actor)
    Verification.objects.filter(pk=verification.pk).update(
        verified_at=timezone.now() - timedelta(days=days_ago)
    )
    return verification


def test_fixed_findings_are_copied_newest_first_and_counted(scenario: Scenario) -> None:
    earlier, newest = fix(scenario, days_ago=30), fix(scenario)
    factories.verification(scenario)
    fix(factories.scenario())

    content = snapshot_of(scenario)

    assert [item["id"] for item in content.fixed] == [str(newest.pk), str(earlier.pk)]
    assert content.breakdown["fixed"] == {"all": 2, "in_period": 1}
    first = next(iter(content.fixed))
    assert (first["title"], first["checks"], first["overridden"]) == (
        newest.task.finding.title, newest.checks, False,
    )  # fmt: skip


def test_dismissals_in_effect_are_copied_and_in_the_csv_file(scenario: Scenario) -> None:
    for reason, until in (("accepted_risk", date(2030, 12, 31)), ("wont_fix", None)):
        finding = factories.finding(scenario, title=reason)
        triage.dismiss(finding.pk, reason=reason, comment="Why", accepted_until=until, by=scenario.actor)
    triage.update(finding.pk, changes={"status": "new"}, by=scenario.actor)

    content = snapshot_of(scenario)

    assert {item["title"]: item["dismissal"] for item in content.findings} == {
        "accepted_risk": {"reason": "accepted_risk", "comment": "Why", "accepted_until": "2030-12-31"},
        "wont_fix": None,
    }
    columns = ("dismissal_reason", "dismissal_comment", "accepted_until")
    assert {tuple(row.get(name) for name in columns) for row in finding_rows(content)} == {
        ("accepted_risk", "Why", "2030-12-31"),
        (None, None, None),
    }


def test_finding_that_was_fixed_twice_is_copied_once(scenario: Scenario) -> None:
    first = fix(scenario, days_ago=3)
    verdicts.reopen(first.pk, project=scenario.project, by=scenario.actor)
    second = factories.verification(scenario, of=Task.objects.get(pk=first.task_id))
    verdicts.approve(second.pk, project=scenario.project, by=scenario.actor)

    assert [item["id"] for item in snapshot_of(scenario).fixed] == [str(second.pk)]


def test_guard_window_does_not_fix_a_finding_again(scenario: Scenario) -> None:
    approved = fix(scenario, days_ago=30)
    guard = factories.verification(scenario, of=Task.objects.get(pk=approved.task_id))
    Verification.objects.filter(pk=guard.pk).update(
        trigger="guard", result="passed", verified_at=timezone.now()
    )

    content = snapshot_of(scenario)

    assert [item["id"] for item in content.fixed] == [str(approved.pk)]
    assert content.breakdown["fixed"] == {"all": 1, "in_period": 0}
    assert content.breakdown["activity"]["fixed"] == 0
    copied = ReportItem.objects.filter(kind="verification")
    assert [item.data["id"] for item in copied] == [str(approved.pk)]


def test_finding_that_a_scan_has_found_again_is_not_fixed_in_any_number(scenario: Scenario) -> None:
    finding = fix(scenario).task.finding
    report = FindingReport(domain=finding.domain, title=finding.title)
    ingest_one(scenario.project, report, by=scenario.actor)

    content = snapshot_of(scenario)

    assert content.breakdown["fixed"] == {"all": 0, "in_period": 0}
    assert content.breakdown["activity"]["fixed"] == 0


def test_reopened_finding_is_not_fixed(scenario: Scenario) -> None:
    verdicts.reopen(fix(scenario).pk, project=scenario.project, by=scenario.actor)

    assert list(snapshot_of(scenario).fixed) == []


def test_overdue_tasks_are_copied_with_the_longest_overdue_first(scenario: Scenario) -> None:
    now = timezone.now()
    for hours, status in ((1, "backlog"), (50, "blocked"), (70, "done"), (-5, "backlog")):
        task = factories.task(scenario, title=f"{hours} {status}", status=status)
        Task.objects.filter(pk=task.pk).update(sla_due_at=now - timedelta(hours=hours))

    content = snapshot_of(scenario)

    assert [item["title"] for item in content.overdue] == ["50 blocked", "1 backlog"]
    assert content.breakdown["overdue"]["all"] == 2


def test_listed_items_have_a_limit_and_their_number_has_none(
    scenario: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    statement = copying.COPY_FIXED_AND_OVERDUE.replace("LIMIT 100", "LIMIT 2")
    monkeypatch.setattr(copying, "COPY_FIXED_AND_OVERDUE", statement)
    for _ in range(3):
        fix(scenario)

    content = snapshot_of(scenario)

    assert (len(list(content.fixed)), content.breakdown["fixed"]["all"]) == (2, 3)


def test_verifications_and_regressions_are_copied_with_their_finding(scenario: Scenario) -> None:
    verification = factories.verification(scenario, open_regressions=1)
    factories.regression(factories.scenario())
    title = verification.task.finding.title

    content = snapshot_of(scenario)

    assert [(item["id"], item["title"]) for item in content.verifications] == [(str(verification.pk), title)]
    assert [(item["title"], item["status"]) for item in content.regressions] == [(title, "open")]


def test_items_of_every_kind_belong_to_the_report(scenario: Scenario) -> None:
    fix(scenario)

    snapshot_of(scenario)

    kinds = set(ReportItem.objects.filter(report=Report.objects.get()).values_list("kind", flat=True))
    assert kinds == {"finding", "task", "verification", "fixed"}


def test_accepted_risks_in_effect_are_listed_by_the_day_on_which_they_end(scenario: Scenario) -> None:
    days = {"later": date(2031, 1, 1), "never": None, "soon": date(2030, 1, 1)}
    for title, until in days.items():
        finding = factories.finding(scenario, title=title)
        triage.dismiss(
            finding.pk,
            reason="accepted_risk",
            comment=f"Until {until}",
            accepted_until=until,
            by=scenario.actor,
        )
    other = factories.finding(scenario, title="other")
    triage.dismiss(other.pk, reason="wont_fix", comment="", accepted_until=None, by=scenario.actor)

    accepted = snapshot_of(scenario).breakdown["accepted"]

    assert accepted["all"] == 3
    assert [(item["title"], item["comment"], item["accepted_until"]) for item in accepted["listed"]] == [
        ("soon", "Until 2030-01-01", "2030-01-01"),
        ("later", "Until 2031-01-01", "2031-01-01"),
        ("never", "Until None", None),
    ]
