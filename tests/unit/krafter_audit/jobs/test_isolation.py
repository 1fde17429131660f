"""A row that fails each time does not stop the rows of other organisations."""

import logging
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine as clock
from celery.exceptions import SoftTimeLimitExceeded
from django.db import DatabaseError
from django.utils import timezone

from accounts.actors import SYSTEM
from accounts.models import Project
from assurance.models import GuardRun, GuardWindow
from assurance.services import guard_windows
from events.models import Counter, CounterSnapshot, Event
from events.totals import counters, history
from findings.models import Finding
from findings.services import dismissal_expiry, triage
from integrations import services as integrations
from integrations.models import Integration
from krafter_audit.jobs import fair_queue, isolation
from krafter_audit.jobs.isolation import isolated, one_by_one
from notifications.models import EventDelivery
from notifications.webhooks import endpoint_cache, fan_out, services
from remediation.models import Task, Verification
from remediation.services import due_date_events, policies
from reports.models import Report, ReportItem
from reports.snapshots import retention
from scans.models import Scan, ScanSchedule
from scans.services import schedules
from tests import factories
from tests.factories import Scenario
from tests.failing_rows import refuse

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
Pair = tuple[Scenario, Scenario]


@pytest.fixture
def two_organizations() -> Pair:
    """Return two organisations: of the first one, rows fail, and it comes first."""
    return factories.scenario(), factories.scenario()


def logged_projects(name: str) -> list[Any]:
    return list(Event.objects.filter(name=name).values_list("project", flat=True))


def set_policy(scenario: Scenario, **config: Any) -> None:
    policies.replace(scenario.project, config=policies.DEFAULT_CONFIG | config, name=None, by=scenario.actor)


def test_what_a_row_raises_is_logged_with_the_row_and_without_the_message(caplog: Any) -> None:
    with caplog.at_level(logging.ERROR), isolated("work on", "row 7") as isolation:
        raise ValueError("hunter2")

    assert isolation.failed
    assert "work on of row 7 failed: ValueError at test_what" in caplog.text
    assert "hunter2" not in caplog.text


def test_block_that_raises_nothing_has_not_failed() -> None:
    with isolated("work on", "row 7") as isolation:
        pass

    assert not isolation.failed


def test_end_of_the_time_of_a_job_is_raised() -> None:
    with pytest.raises(SoftTimeLimitExceeded), isolated("work on", "row 7"):
        raise SoftTimeLimitExceeded


def test_broken_transaction_is_raised(two_organizations: Pair) -> None:
    refuse(Finding, "project_id", two_organizations[0].project.pk)

    with pytest.raises(DatabaseError), isolated("work on", "row 7"):
        # Outside of a savepoint, so that nothing can follow in this transaction.
        Finding.objects.bulk_create([Finding(project=two_organizations[0].project)])
    Finding.objects.none().count()


@pytest.mark.usefixtures("no_recorded_use")
def test_row_that_raises_is_not_the_next_again(two_organizations: Pair) -> None:
    first, second = two_organizations
    ran: list[Any] = []

    def run(pk: Any) -> bool:
        ran.append(pk)
        if pk == first.project.pk:
            raise ValueError
        return True

    rows = Project.objects.filter(pk__in=[tenant.project.pk for tenant in two_organizations])
    found = [
        fair_queue.run_next("test", rows, run, organization="organization", since="created_at")
        for _ in range(2)
    ]

    assert (found, ran) == ([True, True], [first.project.pk, second.project.pk])


def test_overdue_tasks_of_others_are_logged(two_organizations: Pair) -> None:
    for scenario in two_organizations:
        task = factories.task(scenario)
        Task.objects.filter(pk=task.pk).update(sla_due_at=timezone.now() - timedelta(hours=1))
    refuse(Event, "project_id", two_organizations[0].project.pk)

    assert [due_date_events.log_overdue_tasks() for _ in range(2)] == [1, 0]
    assert logged_projects("task.overdue") == [two_organizations[1].project.pk]


def test_warnings_of_others_are_logged(two_organizations: Pair) -> None:
    for scenario in two_organizations:
        set_policy(scenario, sla={"warnings": ["4h"]})
        task = factories.task(scenario)
        Task.objects.filter(pk=task.pk).update(sla_due_at=timezone.now() + timedelta(hours=1))
    refuse(Event, "project_id", two_organizations[0].project.pk)

    assert [due_date_events.log_due_tasks() for _ in range(2)] == [1, 0]
    assert logged_projects("task.due_soon") == [two_organizations[1].project.pk]


def test_dismissals_of_others_expire(two_organizations: Pair) -> None:
    start = datetime.now(UTC)
    with clock.travel(start, tick=False) as travel:
        for scenario in two_organizations:
            finding = factories.finding(scenario)
            until = start.date() + timedelta(days=31)
            triage.dismiss(finding.pk, reason="accepted_risk", accepted_until=until, by=scenario.actor)
        refuse(Event, "project_id", two_organizations[0].project.pk)
        travel.shift(timedelta(days=40))

        assert [dismissal_expiry.reopen_expired() for _ in range(2)] == [1, 0]
    statuses = dict(Finding.objects.values_list("project", "status"))
    assert [statuses[tenant.project.pk] for tenant in two_organizations] == ["dismissed", "new"]


def test_scheduled_scans_of_others_are_queued(two_organizations: Pair) -> None:
    for scenario in two_organizations:
        set_policy(scenario, scans={"schedule": "daily", "hour": 3})
    before = timezone.now()
    ScanSchedule.objects.update(next_at=before)
    refuse(Scan, "project_id", two_organizations[0].project.pk)

    assert [schedules.start_due() for _ in range(2)] == [1, 0]
    assert [scan.project_id for scan in Scan.objects.all()] == [two_organizations[1].project.pk]
    # It does not come first again, however many fail.
    assert ScanSchedule.objects.get(project=two_organizations[0].project).next_at > before + timedelta(
        minutes=4
    )


def test_scheduled_syncs_of_others_are_started(two_organizations: Pair) -> None:
    for scenario in two_organizations:
        integrations.connect(scenario.project, "github", credentials={"token": "t"}, by=SYSTEM)
    before = timezone.now()
    Integration.objects.update(next_sync_at=before)
    of_first = Integration.objects.get(project=two_organizations[0].project)
    refuse(Integration, "id", of_first.pk, on="UPDATE", condition="AND NEW.status = 'syncing'")

    assert [integrations.start_due_syncs() for _ in range(2)] == [1, 0]
    of_first.refresh_from_db()
    assert Integration.objects.get(status="syncing").project_id == two_organizations[1].project.pk
    assert of_first.next_sync_at
    assert of_first.next_sync_at > before + timedelta(minutes=10)


def due_run(scenario: Scenario, due_at: datetime) -> GuardRun:
    task = factories.task(scenario)
    Task.objects.filter(pk=task.pk).update(status="done")
    Finding.objects.filter(pk=task.finding_id).update(status="resolved")
    verification = factories.verification(scenario, of=task)
    window = GuardWindow.objects.create(
        project=scenario.project,
        finding=task.finding,
        verification=verification,
        ends_at=due_at + timedelta(days=7),
        runs_total=1,
    )
    Verification.objects.filter(pk=verification.pk).update(result="passed", verified_at=due_at)
    return GuardRun.objects.create(window=window, due_at=due_at)


def test_guard_runs_of_others_are_started(two_organizations: Pair) -> None:
    now = timezone.now()
    first, second = (due_run(scenario, now - timedelta(minutes=5)) for scenario in two_organizations)
    refuse(Verification, "project_id", two_organizations[0].project.pk)

    assert [guard_windows.start_due_runs() for _ in range(2)] == [1, 0]
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.status, second.status) == ("pending", "running")
    assert first.due_at > now + timedelta(minutes=14)


def test_other_guard_runs_of_a_project_are_started(scenario: Scenario) -> None:
    now = timezone.now()
    runs = [due_run(scenario, now - timedelta(minutes=5)) for _ in range(5)]
    refuse(Verification, "task_id", runs[0].window.verification.task_id)

    assert [guard_windows.start_due_runs() for _ in range(2)] == [4, 0]
    runs[0].refresh_from_db()
    assert (runs[0].status, runs[0].due_at > now + timedelta(minutes=14)) == ("pending", True)


def test_counters_of_others_are_aggregated_and_stored(
    two_organizations: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "complete_until", lambda: timezone.now() + timedelta(minutes=1))
    for scenario in two_organizations:
        for _ in range(3):
            factories.finding(scenario)
    refuse(CounterSnapshot, "project_id", two_organizations[0].project.pk)
    refuse(Counter, "project_id", two_organizations[0].project.pk)

    counters.aggregate_all(at_least=3)
    taken = history.take_interim_snapshots(changes=1)

    of_first, of_second = (
        Counter.objects.filter(name="finding", project=tenant.project).count() for tenant in two_organizations
    )
    assert (taken, of_first, of_second) == (1, 3, 1)


def test_rows_of_reports_of_others_are_deleted(two_organizations: Pair) -> None:
    made = timezone.now() - timedelta(hours=3)
    for scenario in two_organizations:
        for _ in range(2):
            report = Report.objects.create(
                project=scenario.project,
                format="csv",
                status="failed",
                period_start=made.date(),
                period_end=made.date(),
                summary={},
            )
            Report.objects.filter(pk=report.pk).update(created_at=made)
            ReportItem.objects.create(report=report, kind="finding", position=1, data={})
    old = Report.objects.filter(project=two_organizations[0].project).order_by("pk").first()
    assert old
    refuse(ReportItem, "report_id", old.pk, on="DELETE")

    assert [retention.delete_expired_items() for _ in range(2)] == [1, 0]
    assert ReportItem.objects.count() == 3


def test_missed_events_of_others_are_queued(two_organizations: Pair) -> None:
    endpoint_cache._entries.clear()
    for scenario in two_organizations:
        policies.current(scenario.project)
        services.create(scenario.organization, url="https://hooks.example.com/", by=SYSTEM)
    for scenario in two_organizations:
        factories.finding(scenario)
    refuse(EventDelivery, "project_id", two_organizations[0].project.pk)

    fan_out.run()
    fan_out.run()

    assert set(EventDelivery.objects.values_list("project", flat=True)) == {two_organizations[1].project.pk}


def test_rows_of_a_batch_that_has_failed_are_processed_one_by_one(caplog: Any) -> None:
    tried: list[int] = []

    def process(row: int) -> int:
        tried.append(row)
        return 10 // (row - 2)

    assert one_by_one("test", range(4), process) == -5 - 10 + 10
    assert one_by_one("test", [2] * 100, process) == 0
    assert len(tried) == 4 + isolation.MAX_FAILURES


def test_other_overdue_tasks_of_a_project_are_logged(scenario: Scenario) -> None:
    tasks = [factories.task(scenario) for _ in range(5)]
    Task.objects.update(sla_due_at=timezone.now() - timedelta(hours=1))
    refuse(Event, "subject_id", tasks[0].pk)

    assert [due_date_events.log_overdue_tasks() for _ in range(2)] == [4, 0]


def test_other_warnings_of_a_project_are_logged(scenario: Scenario) -> None:
    set_policy(scenario, sla={"warnings": ["4h"]})
    tasks = [factories.task(scenario) for _ in range(5)]
    Task.objects.update(sla_due_at=timezone.now() + timedelta(hours=1))
    refuse(Event, "subject_id", tasks[0].pk)

    assert [due_date_events.log_due_tasks() for _ in range(2)] == [4, 0]


def test_other_dismissals_of_a_project_expire(scenario: Scenario) -> None:
    start = datetime.now(UTC)
    with clock.travel(start, tick=False) as travel:
        findings = [factories.finding(scenario) for _ in range(5)]
        until = start.date() + timedelta(days=31)
        for finding in findings:
            triage.dismiss(finding.pk, reason="accepted_risk", accepted_until=until, by=scenario.actor)
        refuse(Event, "subject_id", findings[0].pk)
        travel.shift(timedelta(days=40))

        assert [dismissal_expiry.reopen_expired() for _ in range(2)] == [4, 0]
    assert Finding.objects.filter(status="dismissed").get() == findings[0]
