"""Tasks: their lifecycle, their filters and what they do to their finding."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from events import reconciliation
from events.models import Event
from remediation.models import Task, Verification
from tests import factories
from tests.factories import Scenario

pytestmark = pytest.mark.django_db

OPEN = ["backlog", "in_progress", "blocked", "ready_verify"]


def patch(scenario: Scenario, task: Task, **changes: Any) -> Any:
    return scenario.client.ask("patch", f"tasks/{task.pk}", changes)


@pytest.mark.parametrize("start", OPEN)
@pytest.mark.parametrize("end", OPEN)
def test_a_task_moves_among_the_open_statuses_in_both_directions(scenario: Scenario, start: str, end: str):
    task = factories.task(scenario, status=start)

    assert patch(scenario, task, status=end).json()["data"]["status"] == end


@pytest.mark.parametrize("end", OPEN)
def test_a_done_task_moves_only_through_reopen(scenario: Scenario, end: str):
    task = factories.task(scenario, status="done")

    response = patch(scenario, task, status=end)

    assert (response.status_code, response.json()["error"]["code"]) == (409, "task_done")
    task.refresh_from_db()
    assert task.status == "done"


def test_a_done_task_still_takes_a_link(scenario: Scenario):
    task = factories.task(scenario, status="done")

    assert patch(scenario, task, pr_url="https://example.com/1").status_code == 200


@pytest.mark.parametrize(
    ("found", "start", "follows"),
    [
        ("new", "in_progress", "in_progress"),
        ("triaged", "in_progress", "in_progress"),
        ("new", "ready_verify", "ready_verify"),
        ("ready_verify", "in_progress", "ready_verify"),
        ("in_progress", "backlog", "in_progress"),
        ("in_progress", "blocked", "in_progress"),
        ("dismissed", "in_progress", "dismissed"),
        ("resolved", "ready_verify", "resolved"),
    ],
)
def test_a_finding_follows_its_task_forward_and_never_back(
    scenario: Scenario, found: str, start: str, follows: str
):
    finding = factories.finding(scenario, status=found)
    task = factories.task(scenario, of=finding)

    patch(scenario, task, status=start)

    finding.refresh_from_db()
    assert finding.status == follows


def test_a_task_may_begin_further_on_but_not_done(scenario: Scenario):
    finding = factories.finding(scenario)
    body = {"finding_id": str(finding.pk), "title": "t"}

    begun = scenario.client.ask("post", "tasks", body | {"status": "in_progress"})
    done = scenario.client.ask("post", "tasks", body | {"status": "done"})

    finding.refresh_from_db()
    assert (begun.json()["data"]["status"], finding.status) == ("in_progress", "in_progress")
    assert (done.status_code, done.json()["error"]["code"]) == (409, "done_requires_verification")
    assert Task.objects.count() == 1


def test_priority_is_medium_unless_said(scenario: Scenario):
    finding = factories.finding(scenario, severity="critical")

    shown = scenario.client.ask("post", "tasks", {"finding_id": str(finding.pk), "title": "t"}).json()["data"]

    assert (shown["priority"], shown["status"], shown["owner_id"]) == ("medium", "backlog", None)


def test_every_filter_narrows_and_the_total_follows(scenario: Scenario):
    late = timezone.now() - timedelta(hours=1)
    mine = factories.task(scenario, priority="high", owner_id=scenario.owner.pk, sla_due_at=late)
    factories.task(scenario, status="done", sla_due_at=late)
    factories.task(scenario, status="blocked", priority="high")

    def ids(query: str) -> tuple[int, int]:
        body = scenario.client.ask("get", f"tasks?{query}").json()
        return len(body["data"]), body["meta"]["total"]

    assert ids("") == (3, 3)
    assert ids("status=blocked") == (1, 1)
    assert ids("status=blocked&status=done") == (2, 2)
    assert ids("priority=high") == (2, 2)
    assert ids(f"owner_id={scenario.owner.pk}") == (1, 1)
    assert ids(f"finding_id={mine.finding_id}") == (1, 1)
    assert ids("overdue=true") == (1, 1)
    assert ids("overdue=false") == (2, 2)
    assert ids("priority=high&overdue=true") == (1, 1)
    assert ids("priority=low") == (0, 0)
    assert ids(f"owner_id={scenario.owner.pk}&status=backlog&priority=high") == (1, 1)
    assert ids(f"owner_id={scenario.owner.pk}&status=done") == (0, 0)
    assert ids(f"owner_id={scenario.owner.pk}&overdue=true") == (1, 1)


def test_totals_of_owners_and_late_tasks_follow_every_change(scenario: Scenario, time_machine: Any):
    time_machine.move_to("2026-03-10T12:00:00Z", tick=False)
    noon = timezone.now()
    task = factories.task(scenario, owner_id=scenario.owner.pk, sla_due_at=noon - timedelta(days=3))
    factories.task(scenario, sla_due_at=noon - timedelta(minutes=1))
    factories.task(scenario, sla_due_at=noon + timedelta(minutes=1))
    factories.task(scenario, sla_due_at=noon + timedelta(days=1))

    def totals() -> list[int]:
        asked = ("overdue=true", "overdue=false", f"owner_id={scenario.owner.pk}")
        return [scenario.client.ask("get", f"tasks?{query}").json()["meta"]["total"] for query in asked]

    assert totals() == [2, 2, 1]
    patch(scenario, task, owner_id=None, sla_due_at="2026-03-10T13:00:00Z")
    assert totals() == [1, 3, 0]
    for hour in ("13:30", "18:30"):
        time_machine.move_to(f"2026-03-10T{hour}:00Z", tick=False)
        assert totals() == [3, 1, 0]
    time_machine.move_to("2026-03-12T12:00:00Z", tick=False)
    assert totals() == [4, 0, 0]
    Task.objects.filter(pk=task.pk).update(status="done")
    assert totals() == [3, 1, 0]
    assert list(reconciliation.differences()) == []


def test_a_change_records_what_was_and_what_is(scenario: Scenario):
    task = factories.task(scenario)

    patch(scenario, task, status="in_progress", title="Now")

    event = Event.objects.get(name="task.updated")
    assert (event.actor, event.actor_id, event.subject_id) == ("api_key", scenario.owner.pk, task.pk)
    assert event.data == {
        "was": {"status": "backlog", "title": "Fix it"}, "now": {"status": "in_progress", "title": "Now"},
    }  # fmt: skip


def test_the_record_cannot_be_rewritten(scenario: Scenario):
    factories.task(scenario)

    for rewrite in (lambda: Event.objects.update(name="x"), lambda: Event.objects.all().delete()):
        with pytest.raises(Exception, match="append-only"), transaction.atomic():
            rewrite()


def test_the_database_has_the_last_word(scenario: Scenario):
    verification = factories.verification(scenario)

    for change in (
        {"result": "passed"},  # decided without a time
        {"result": "maybe"},
        {"running": True, "result": "passed", "verified_at": timezone.now()},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Verification.objects.filter(pk=verification.pk).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        Task.objects.update(status="almost")


def test_the_command_center_counts(scenario: Scenario):
    factories.finding(scenario, severity="critical")
    factories.finding(scenario, severity="low", domain="seo", status="dismissed")
    factories.task(scenario, sla_due_at=timezone.now() - timedelta(hours=1))

    stand = scenario.client.ask("get", "command-center").json()["data"]

    assert stand["findings_by_severity"] == {"critical": 1, "high": 1, "medium": 0, "low": 0}
    assert stand["findings_by_domain"] == {"security": 2, "performance": 0, "accessibility": 0, "seo": 0}
    assert stand["findings_by_status"]["dismissed"] == 1
    assert (stand["open_findings"], stand["overdue_tasks"], stand["latest_scan"]) == (2, 1, None)


def test_usage_tells_what_is_left():
    scenario = factories.scenario(ai_quota=2)
    factories.task(scenario)
    scenario.client.ask("post", "verifications/run", {"task_id": str(Task.objects.get().pk)})

    usage = scenario.client.ask("get", f"/api/v1/orgs/{scenario.organization.pk}/usage").json()["data"]

    assert list(usage) == ["month", "ai_quota", "spent", "remaining", "resets_at"]
    assert (usage["ai_quota"], usage["spent"], usage["remaining"]) == (2, 1, 1)
