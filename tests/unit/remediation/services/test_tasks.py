"""Tasks: statuses, filters and the effect on their finding."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from events.models import Event
from remediation.errors import TaskDone
from remediation.locks import lock_task
from remediation.models import Task, Verification
from remediation.services import tasks, verdicts
from tests import factories
from tests.factories import Scenario

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

OPEN = ["backlog", "in_progress", "blocked", "ready_verify"]


def patch(scenario: Scenario, task: Task, **changes: Any) -> Any:
    return scenario.client.call("patch", f"tasks/{task.pk}", changes)


@pytest.mark.parametrize("start", OPEN)
@pytest.mark.parametrize("end", OPEN)
def test_task_changes_among_open_statuses_in_both_directions(scenario: Scenario, start: str, end: str):
    task = factories.task(scenario, status=start)

    assert patch(scenario, task, status=end).json()["data"]["status"] == end


@pytest.mark.parametrize("end", OPEN)
def test_done_task_changes_only_by_reopen(scenario: Scenario, end: str):
    task = factories.task(scenario, status="done")

    response = patch(scenario, task, status=end)

    assert (response.status_code, response.json()["error"]["code"]) == (409, "task_done")
    task.refresh_from_db()
    assert task.status == "done"


def test_due_date_of_a_done_task_stays_so_that_it_agrees_with_the_outcome(scenario: Scenario):
    verification = factories.verification(scenario)
    task = verification.task
    Task.objects.filter(pk=task.pk).update(sla_due_at=timezone.now() - timedelta(days=1))
    verdicts.approve(verification.pk, by=scenario.actor)
    before = scenario.client.call("get", f"tasks/{task.pk}").json()["data"]
    later = {"sla_due_at": "2030-01-01T00:00:00Z"}

    changed = patch(scenario, task, **later)
    removed = patch(scenario, task, sla_due_at=None)
    body = {"ids": [str(task.pk)], "set": later, "mode": "partial"}
    in_bulk = scenario.client.call("post", "tasks/bulk-update", body).json()
    sent_back = patch(scenario, task, sla_due_at=before["sla_due_at"])

    for refused in (changed, removed):
        assert (refused.status_code, refused.json()["error"]["code"]) == (409, "task_done")
    assert [refusal["code"] for refusal in in_bulk["data"]["refusals"]] == ["task_done"]
    assert (sent_back.status_code, sent_back.json()["data"]) == (200, before)
    clock = scenario.client.call("get", f"tasks/{task.pk}/sla").json()["data"]
    assert (clock["outcome"], clock["sla_due_at"]) == ("missed", before["sla_due_at"])


def test_patch_that_changes_nothing_leaves_etag_and_events(scenario: Scenario):
    task = factories.task(scenario, priority="high", status="in_progress", sla_from_policy=False)
    before = scenario.client.call("get", f"tasks/{task.pk}").json()["data"]
    sent = {
        name: before[name] for name in ("title", "status", "priority", "owner_id", "sla_due_at", "pr_url")
    }

    after = patch(scenario, task, **sent)

    assert (after.status_code, after.json()["data"]) == (200, before)
    assert list(Event.objects.filter(name="task.updated").values_list("data", flat=True)) == []


def test_status_of_a_done_task_that_is_sent_back_is_no_change(scenario: Scenario):
    task = factories.task(scenario, status="done")
    before = scenario.client.call("get", f"tasks/{task.pk}").json()["data"]

    sent_back = patch(scenario, task, status="done")
    with_priority = patch(scenario, task, status="done", priority="low")
    body = {"ids": [str(task.pk)], "set": {"status": "done"}, "mode": "partial"}
    in_bulk = scenario.client.call("post", "tasks/bulk-update", body).json()["data"]

    assert (sent_back.status_code, sent_back.json()["data"]) == (200, before)
    assert (with_priority.status_code, with_priority.json()["data"]["priority"]) == (200, "low")
    assert in_bulk["refusals"] == []


def test_done_task_accepts_a_link(scenario: Scenario):
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
def test_finding_advances_with_its_task_and_never_goes_back(
    scenario: Scenario, found: str, start: str, follows: str
):
    finding = factories.finding(scenario, status=found)
    task = factories.task(scenario, of=finding)

    patch(scenario, task, status=start)

    finding.refresh_from_db()
    assert finding.status == follows


def test_another_change_of_a_started_task_leaves_the_status_of_its_finding(scenario: Scenario):
    finding = factories.finding(scenario, status="triaged")  # set back by a person since
    task = factories.task(scenario, of=finding, status="in_progress")

    patch(scenario, task, title="Send a Content-Security-Policy")

    finding.refresh_from_db()
    assert finding.status == "triaged"


@pytest.mark.parametrize(
    ("state", "problems"), [("started", []), ("closed", []), ("reopened", [TaskDone.message])]
)
def test_ticket_of_a_done_task_changes_nothing(scenario: Scenario, state: str, problems: list[str]):
    task = factories.task(scenario, status="done")

    found = tasks.follow_ticket(lock_task(task.pk), state=state, by=scenario.actor)

    task.refresh_from_db()
    assert (found, task.status, task.verifications.count()) == (problems, "done", 0)


def test_closed_ticket_is_verified_although_a_cancelled_guard_run_has_passed(scenario: Scenario):
    task = factories.task(scenario, status="in_progress")
    guard = factories.verification(scenario, of=task)
    Verification.objects.filter(pk=guard.pk).update(trigger=Verification.Trigger.GUARD)

    problems = tasks.follow_ticket(lock_task(task.pk), state="closed", by=scenario.actor)

    assert (problems, task.verifications.exclude(pk=guard.pk).count()) == ([], 1)


def test_new_task_can_have_every_status_except_done(scenario: Scenario):
    finding = factories.finding(scenario)
    body = {"finding_id": str(finding.pk), "title": "t"}

    begun = scenario.client.call("post", "tasks", body | {"status": "in_progress"})
    done = scenario.client.call("post", "tasks", body | {"status": "done"})

    finding.refresh_from_db()
    assert (begun.json()["data"]["status"], finding.status) == ("in_progress", "in_progress")
    assert (done.status_code, done.json()["error"]["code"]) == (409, "done_requires_verification")
    assert Task.objects.count() == 1


def test_default_priority_is_medium(scenario: Scenario):
    finding = factories.finding(scenario, severity="critical")

    shown = scenario.client.call("post", "tasks", {"finding_id": str(finding.pk), "title": "t"}).json()[
        "data"
    ]

    assert (shown["priority"], shown["status"], shown["owner_id"]) == ("medium", "backlog", None)


def test_task_update_logs_old_and_new_values(scenario: Scenario):
    task = factories.task(scenario)

    patch(scenario, task, status="in_progress", title="Now")

    event = Event.objects.get(name="task.updated")
    assert (event.actor, event.actor_id, event.subject_id) == ("api_key", scenario.owner.pk, task.pk)
    assert event.data == {
        "before": {"status": "backlog", "title": "Fix it"}, "after": {"status": "in_progress", "title": "Now"},
    }  # fmt: skip
