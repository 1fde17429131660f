"""Scheduled scans: the policy configures them, beat queues each of them once."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone

from accounts.actors import SYSTEM
from accounts.models import QuotaMonth
from accounts.services import update_project
from events.models import Event
from scans import jobs
from scans.models import Scan, ScanPart, ScanSchedule
from scans.services import scans, schedules
from scans.services.schedules import ScheduleRule
from tests import factories
from tests.factories import Scenario
from tests.fakes.faulty_site import FaultySite

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
NIGHTLY = {"schedule": "daily", "hour": 3}


@pytest.fixture
def scenario(db: None, site: FaultySite) -> Scenario:
    return factories.scenario(site_url=site.url)


def set_schedule(scenario: Scenario, scans: Any) -> None:
    response = scenario.client.call("put", "policies/current", {"config": {"scans": scans}})
    assert response.status_code == 200


def due(scenario: Scenario) -> ScanSchedule:
    """Make the project's schedule due."""
    ScanSchedule.objects.filter(project=scenario.project).update(next_at=timezone.now())
    return ScanSchedule.objects.get(project=scenario.project)


def test_due_scan_is_queued(scenario: Scenario, site: FaultySite, time_machine: Any):
    time_machine.move_to("2026-03-01T12:00:00Z", tick=False)
    set_schedule(scenario, NIGHTLY)
    jobs.start_due_scans()
    early = Scan.objects.count()

    time_machine.move_to("2026-03-02T03:59:59Z", tick=False)
    jobs.start_due_scans()
    jobs.start_due_scans()

    scan, schedule = Scan.objects.get(), ScanSchedule.objects.get()
    assert (early, scan.trigger, scan.url, scan.requested_by) == (0, "scheduled", site.url, None)
    assert (schedule.next_at.date().isoformat(), schedule.next_at.hour) == ("2026-03-03", 3)
    assert (QuotaMonth.objects.get().spent, schedule.last_at, schedule.note) == (1, timezone.now(), "")


def test_schedule_that_another_worker_has_started_starts_no_scan(scenario: Scenario):
    set_schedule(scenario, NIGHTLY)
    schedule = due(scenario)
    started = schedules.start(schedule.pk, scenario.project.site_url)
    before = ScanSchedule.objects.values().get()

    again = schedules.start(schedule.pk, scenario.project.site_url)

    assert (started, again, ScanSchedule.objects.values().get()) == (True, False, before)


def test_missed_schedule_is_run_once(scenario: Scenario, time_machine: Any):
    time_machine.move_to("2026-03-01T12:00:00Z", tick=False)
    set_schedule(scenario, NIGHTLY)

    time_machine.move_to("2026-03-09T12:00:00Z", tick=False)
    for _ in range(3):
        jobs.start_due_scans()
        ScanPart.objects.update(finished_at=timezone.now())

    assert Scan.objects.count() == 1
    assert ScanSchedule.objects.get().next_at.date().isoformat() == "2026-03-10"


def test_paused_schedule_starts_nothing_until_it_is_resumed(scenario: Scenario):
    set_schedule(scenario, {**NIGHTLY, "paused": True})
    due(scenario)
    jobs.start_due_scans()

    set_schedule(scenario, NIGHTLY)
    resumed = ScanSchedule.objects.get()

    assert Scan.objects.count() == 0
    assert resumed.next_at > timezone.now()  # not at once for what was missed


def test_schedule_waits_while_another_scan_is_running(scenario: Scenario):
    set_schedule(scenario, NIGHTLY)
    scenario.client.call("post", "scans/run", {})
    due(scenario)

    refused = schedules.start_due()
    waiting = ScanSchedule.objects.get()
    due(scenario)
    ScanPart.objects.update(finished_at=timezone.now())
    started = schedules.start_due()

    assert (refused, waiting.next_at > timezone.now(), started) == (0, True, 1)
    assert waiting.note == "Another scan of the project is still running."
    assert list(Scan.objects.order_by("id").values_list("trigger", flat=True)) == ["manual", "scheduled"]


def test_backlog_is_started_in_batches(scenario: Scenario, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(schedules, "BATCH_SIZE", 1)
    for each in (scenario, factories.scenario(site_url=scenario.project.site_url)):
        set_schedule(each, NIGHTLY)
        due(each)

    assert [schedules.start_due() for _ in range(3)] == [1, 1, 0]


@pytest.mark.parametrize("change", [{"archived": True}, {"site_url": "https://example.com"}])
def test_project_that_changes_while_its_host_is_resolved_is_not_scanned_as_before(
    scenario: Scenario, monkeypatch: pytest.MonkeyPatch, change: dict[str, Any]
):
    set_schedule(scenario, NIGHTLY)
    due(scenario)

    def resolve(url: str) -> str:
        update_project(scenario.project, changes=change, by=SYSTEM)
        return url

    monkeypatch.setattr(scans, "validated_url", resolve)
    jobs.start_due_scans()

    assert Scan.objects.count() == 0


def test_scheduled_scan_is_skipped_when_the_quota_is_exhausted(site: FaultySite):
    scenario = factories.scenario(site_url=site.url, ai_quota=0)
    set_schedule(scenario, NIGHTLY)
    due(scenario)

    jobs.start_due_scans()

    schedule = ScanSchedule.objects.get()
    assert (Scan.objects.count(), schedule.last_at) == (0, None)
    assert schedule.next_at > timezone.now()
    assert schedule.note == "The organisation's quota for this month is used up."
    assert Event.objects.get(name="scan.skipped").data == {"reason": schedule.note}


def test_schedule_with_a_disallowed_url_is_skipped_and_others_run(site: FaultySite):
    inside, fine = (
        factories.scenario(site_url="http://169.254.169.254/"),
        factories.scenario(site_url=site.url),
    )
    for scenario in (inside, fine):
        set_schedule(scenario, NIGHTLY)
        due(scenario)

    jobs.start_due_scans()

    assert [scan.project for scan in Scan.objects.all()] == [fine.project]
    assert "169.254.169.254" in ScanSchedule.objects.get(project=inside.project).note


@pytest.mark.parametrize(
    "scans",
    [
        None, {}, "daily", {"schedule": "hourly"}, {"schedule": ["daily"]}, {"schedule": "daily", "hour": 24},
        {"schedule": "daily", "hour": "3"}, {"schedule": "daily", "hour": True},
        {"schedule": "weekly", "day": "someday"}, {"schedule": "weekly", "day": ["monday"]}, {"schedule": None},
    ],
)  # fmt: skip
def test_invalid_config_deletes_the_schedule(scenario: Scenario, scans: Any):
    set_schedule(scenario, NIGHTLY)

    set_schedule(scenario, scans)

    assert not ScanSchedule.objects.exists()


def test_unchanged_config_keeps_the_next_time(scenario: Scenario):
    set_schedule(scenario, NIGHTLY)
    before = due(scenario)

    set_schedule(scenario, NIGHTLY)

    assert ScanSchedule.objects.get().next_at == before.next_at


NUMBERED = [UUID(int=number) for number in range(200)]


@pytest.mark.parametrize(
    ("config", "moment", "following"),
    [
        (NIGHTLY, "2026-03-01T02:59", "2026-03-01T03"),
        (NIGHTLY, "2026-03-01T04:00", "2026-03-02T03"),
        ({"schedule": "weekly", "day": "monday", "hour": 3}, "2026-03-01T12:00", "2026-03-02T03"),
        ({"schedule": "weekly", "day": "monday", "hour": 3}, "2026-03-02T04:00", "2026-03-09T03"),
        ({"schedule": "weekly", "day": "sunday", "hour": 0}, "2026-12-31T23:00", "2027-01-03T00"),
    ],
)
def test_next_time_of_a_schedule(config: dict[str, Any], moment: str, following: str):
    plan = ScheduleRule.from_config(NUMBERED[0], {"scans": config})
    assert plan is not None

    after = plan.next_after(datetime.fromisoformat(moment).replace(tzinfo=UTC))

    assert after.isoformat().startswith(following)


def test_schedules_are_spread_over_minutes_hours_and_days():
    plans = [ScheduleRule.from_config(number, {"scans": {"schedule": "weekly"}}) for number in NUMBERED]
    times = [[getattr(plan, name) for plan in plans] for name in ("minute", "hour", "weekday")]

    assert [len(set(values)) for values in times] == [pytest.approx(58, abs=2), 24, 7]
    assert max(times[1].count(hour) for hour in range(24)) < 20
