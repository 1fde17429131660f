"""Whole syncs with Linear."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from accounts.actors import SYSTEM
from accounts.models import Project
from integrations import services
from integrations.models import SyncRun, TicketLink
from integrations.providers.linear.tickets import issue_id
from remediation.models import Task, Verification
from remediation.services import tasks, verdicts, verifications
from tests.fakes.trackers.linear import KEY, OTHER_TEAM, TEAM, FakeLinear, error
from tests.unit.integrations.conftest import MakeTask, Sync

pytestmark = pytest.mark.slow


def last_run() -> SyncRun:
    return SyncRun.objects.order_by("started_at", "id").last()


def status_of(task: Task) -> str:
    task.refresh_from_db()
    return task.status


def test_sync_creates_one_issue_and_stores_its_key(
    sync: Sync, make_task: MakeTask, linear: FakeLinear
) -> None:
    task = make_task()

    assert (sync().status, sync().status) == ("connected", "connected")

    task.refresh_from_db()
    assert (task.external_ticket_key, len(linear.issues)) == ("ENG-1", 1)
    assert TicketLink.objects.get(task=task).url == "https://linear.app/acme/issue/ENG-1"
    assert (last_run().pushed, last_run().pulled, last_run().refused) == (0, 0, [])


def create_and_lose(linear: FakeLinear, description: str) -> Callable[[], Any]:
    def answer() -> Any:
        linear.create(linear.requests[-1].variables)
        if description == "emptied":
            linear.touch_only(description="A person emptied it.")
        return 502, {}, {}

    return answer


@pytest.mark.parametrize("description", ["its own", "emptied"])
def test_issue_is_created_once_when_the_response_is_lost(
    sync: Sync, make_task: MakeTask, linear: FakeLinear, description: str
) -> None:
    task = make_task()

    linear.next_operation("Create", create_and_lose(linear, description))
    first, second = sync().status, sync().status

    task.refresh_from_db()
    assert (first, second) == ("connected", "connected")
    assert (task.external_ticket_key, len(linear.issues)) == ("ENG-1", 1)
    assert len(linear.variables("Create")) == 1


@pytest.mark.parametrize("description", ["its own", "emptied"])
def test_issue_is_created_once_when_the_lookup_fails_too(
    sync: Sync, make_task: MakeTask, linear: FakeLinear, description: str
) -> None:
    task = make_task()

    linear.next_operation("Create", create_and_lose(linear, description))
    for _ in range(3):
        linear.next_operation("Issue", (503, {}, {}))
    failed, recovered = sync().status, sync().status

    task.refresh_from_db()
    assert (failed, recovered) == ("error", "connected")
    assert (task.external_ticket_key, len(linear.issues)) == ("ENG-1", 1)
    assert len(linear.variables("Create")) == (2 if description == "emptied" else 1)


def test_task_changes_are_pushed(sync: Sync, make_task: MakeTask, linear: FakeLinear) -> None:
    task = make_task()
    sync()

    changes = {
        "title": "Send a strict policy",
        "status": "in_progress",
        "priority": "critical",
        "sla_due_at": datetime(2027, 1, 2, 3, 4, tzinfo=UTC),
    }
    tasks.update(task.pk, changes=changes, by=SYSTEM)
    sync()

    picture = {name: linear.only[name] for name in ("title", "stateId", "priority", "dueDate")}
    assert picture == {
        "title": "Send a strict policy",
        "stateId": "progress",
        "priority": 1,
        "dueDate": "2027-01-02",
    }


def test_approve_completes_the_issue_and_reopen_starts_it(
    sync: Sync, make_task: MakeTask, linear: FakeLinear
) -> None:
    task = make_task()
    sync()

    verification = verifications.run(task.project, task_id=task.pk, by=SYSTEM)
    verdicts.approve(verification.pk, by=SYSTEM)
    sync()
    approved = linear.only["stateId"]
    verdicts.reopen(verification.pk, by=SYSTEM)
    sync()

    assert (approved, linear.only["stateId"], status_of(task)) == ("done", "progress", "in_progress")


def test_task_follows_the_state_of_its_issue(sync: Sync, make_task: MakeTask, linear: FakeLinear) -> None:
    task, seen = make_task(), []
    sync()

    for state in ("review", "shipped", "todo"):
        linear.touch_only(stateId=state)
        sync()
        seen.append((status_of(task), linear.only["stateId"]))

    assert seen == [("in_progress", "review"), ("ready_verify", "shipped"), ("in_progress", "progress")]
    assert Verification.objects.filter(task=task).count() == 1


def test_canceled_issue_is_left_for_a_person(sync: Sync, make_task: MakeTask, linear: FakeLinear) -> None:
    task = make_task()
    sync()

    linear.touch_only(stateId="canceled")
    sync()

    assert (status_of(task), linear.only["stateId"]) == ("backlog", "canceled")
    assert "dismiss the finding" in last_run().refused[0]["why"]


def test_attached_pull_request_is_stored_on_the_task(
    sync: Sync, make_task: MakeTask, linear: FakeLinear
) -> None:
    task = make_task(status="in_progress")
    sync()

    linear.attach("https://github.com/acme/web-app/pull/142")
    sync()

    task.refresh_from_db()
    assert task.pr_url == "https://github.com/acme/web-app/pull/142"


def test_tasks_get_new_issues_after_a_change_of_team_and_the_old_ones_after_changing_back(
    sync: Sync, make_task: MakeTask, linear: FakeLinear, project: Project
) -> None:
    task, keys = make_task(), []
    for team in (TEAM, OTHER_TEAM, TEAM):
        linear.team = team
        services.connect(project, "linear", credentials={"api_key": KEY, "team_id": team}, by=SYSTEM)
        sync()
        task.refresh_from_db()
        keys.append(task.external_ticket_key)

    assert keys == ["ENG-1", "ENG-2", "ENG-1"]
    assert set(linear.issues) == {issue_id(TEAM, str(task.pk)), issue_id(OTHER_TEAM, str(task.pk))}


def test_issue_that_was_moved_to_the_team_that_is_connected_then_stays_that_of_its_task(
    sync: Sync, make_task: MakeTask, linear: FakeLinear, project: Project
) -> None:
    task = make_task()
    sync()
    linear.touch_only(teamId=OTHER_TEAM, identifier="OPS-3")
    linear.team = OTHER_TEAM
    services.connect(project, "linear", credentials={"api_key": KEY, "team_id": OTHER_TEAM}, by=SYSTEM)

    sync()
    linear.touch_only(stateId="done")
    sync()

    task.refresh_from_db()
    assert (task.external_ticket_key, task.status, len(linear.issues)) == ("OPS-3", "ready_verify", 1)


def test_echoed_key_is_redacted_in_the_log(sync: Sync, make_task: MakeTask, linear: FakeLinear) -> None:
    make_task()
    linear.next_operation("Create", (200, {}, error("INPUT_ERROR", f"No: {KEY}")))

    sync()

    assert last_run().refused[0]["why"].endswith("(status 200: No: [hidden]).")


def test_rate_limit_pauses_the_sync(sync: Sync, make_task: MakeTask, linear: FakeLinear) -> None:
    make_task()
    linear.next_operation("Create", (400, {"Retry-After": "120"}, error("RATELIMITED")))

    row = sync()

    assert (row.status, last_run().outcome, linear.issues) == ("syncing", "paused", {})
