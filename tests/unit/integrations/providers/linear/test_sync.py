"""Whole syncs with Linear."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from accounts.actors import SYSTEM
from accounts.models import Project
from integrations import services
from integrations.providers.linear.tickets import issue_id
from remediation.models import Task, Verification
from remediation.services import tasks
from tests.fakes.trackers.linear import KEY, OTHER_TEAM, TEAM, FakeLinear
from tests.unit.integrations.conftest import MakeTask, Sync

pytestmark = pytest.mark.slow


def status_of(task: Task) -> str:
    task.refresh_from_db()
    return task.status


def create_and_lose(linear: FakeLinear) -> Callable[[], Any]:
    """Create the issue, whose description a person then replaces, and lose the answer."""

    def answer() -> Any:
        linear.create(linear.requests[-1].variables)
        linear.touch_only(description="A person emptied it.")
        return 502, {}, {}

    return answer


def test_issue_without_its_description_is_created_once_when_the_response_is_lost(
    sync: Sync, make_task: MakeTask, linear: FakeLinear
) -> None:
    task = make_task()
    linear.next_operation("Create", create_and_lose(linear))

    first, second = sync().status, sync().status

    task.refresh_from_db()
    assert (first, second) == ("connected", "connected")
    assert (task.external_ticket_key, len(linear.issues)) == ("ENG-1", 1)
    assert len(linear.variables("Create")) == 1


def test_issue_without_its_description_is_created_once_when_the_lookup_fails_too(
    sync: Sync, make_task: MakeTask, linear: FakeLinear
) -> None:
    task = make_task()
    linear.next_operation("Create", create_and_lose(linear))
    for _ in range(3):
        linear.next_operation("Issue", (503, {}, {}))

    failed, recovered = sync().status, sync().status

    task.refresh_from_db()
    assert (failed, recovered) == ("error", "connected")
    assert (task.external_ticket_key, len(linear.issues)) == ("ENG-1", 1)
    assert len(linear.variables("Create")) == 2


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

    sent = {name: linear.only[name] for name in ("title", "stateId", "priority", "dueDate")}
    assert sent == {
        "title": "Send a strict policy",
        "stateId": "progress",
        "priority": 1,
        "dueDate": "2027-01-02",
    }


def test_task_follows_the_state_of_its_issue(sync: Sync, make_task: MakeTask, linear: FakeLinear) -> None:
    task, seen = make_task(), []
    sync()

    for state in ("review", "shipped", "todo"):
        linear.touch_only(stateId=state)
        sync()
        seen.append((status_of(task), linear.only["stateId"]))

    assert seen == [("in_progress", "review"), ("ready_verify", "shipped"), ("in_progress", "progress")]
    assert Verification.objects.filter(task=task).count() == 1


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
