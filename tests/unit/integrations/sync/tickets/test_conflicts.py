"""Conflicts between task and ticket are left to a person, and a ticket in a loop is halted."""

from typing import Any
from urllib.parse import urlencode

import pytest
from django.utils import timezone

from accounts import api_keys
from accounts.actors import SYSTEM
from accounts.models import Membership
from accounts.services import create_user
from findings.models import Regression
from findings.services import triage
from integrations.models import Integration, SyncConflict, TicketLink
from integrations.sync.tickets.conflicts import MAX_STATE_CHANGES
from remediation.models import Task
from remediation.services import tasks, verdicts
from tests import factories
from tests.factories import AuditClient
from tests.fakes.trackers.github import FakeGitHub
from tests.unit.integrations.conftest import MakeTask, Sync
from tests.unit.integrations.sync.scenario import change, last_run, verify

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def client(integration: Integration) -> AuditClient:
    project = integration.project
    owner = create_user("owner@example.com", organization=project.organization, role=Membership.Role.OWNER)
    _, key = api_keys.issue(project.organization, user=owner, name="tests", scopes=("*",))
    return AuditClient(project, key)


def listed(client: AuditClient, **query: str) -> list[dict[str, Any]]:
    address = "integrations/github/conflicts" + (f"?{urlencode(query)}" if query else "")
    rows: list[dict[str, Any]] = client.call("get", address).json()["data"]
    return rows


def resolve(client: AuditClient, keep: str) -> dict[str, Any]:
    (row,) = listed(client)
    response = client.call("post", f"integrations/github/conflicts/{row['id']}/resolve", {"keep": keep})
    assert response.status_code == 200
    shown: dict[str, Any] = response.json()["data"]
    return shown


@pytest.fixture
def title_conflict(sync: Sync, make_task: MakeTask, github: FakeGitHub) -> Task:
    """A task whose title was changed on both sides."""
    task = make_task()
    sync()
    github.touch(1, title="CSP, please")
    change(task, title="Send a strict policy")
    sync()
    return task


@pytest.fixture
def not_planned(sync: Sync, make_task: MakeTask, github: FakeGitHub) -> Task:
    """A task whose issue was closed as not planned."""
    task = make_task()
    sync()
    github.move(1, "drop")
    sync()
    return task


def test_title_conflict_is_listed_until_it_is_resolved(
    title_conflict: Task, client: AuditClient, sync: Sync
) -> None:
    sync()

    (row,) = listed(client)
    shown = {
        name: row[name]
        for name in ("task_id", "external_ticket_key", "field", "ours", "theirs", "resolution")
    }
    assert shown == {
        "task_id": str(title_conflict.pk),
        "external_ticket_key": "acme/web-app#1",
        "field": "title",
        "ours": "Send a strict policy",
        "theirs": "CSP, please",
        "resolution": "",
    }


def test_conflicts_are_filtered(title_conflict: Task, client: AuditClient) -> None:
    task, other = str(title_conflict.pk), str(title_conflict.finding_id)

    found = {
        "open": len(listed(client, field="title", task_id=task, sort="created_at")),
        "ticket": len(listed(client, external_ticket_key="acme/web-app#1")),
        "field": len(listed(client, field="state")),
        "task": len(listed(client, task_id=other)),
        "resolved": len(listed(client, status="resolved")),
    }
    resolve(client, "ours")

    assert found == {"open": 1, "ticket": 1, "field": 0, "task": 0, "resolved": 0}
    assert [len(listed(client, status=status)) for status in ("open", "resolved", "all")] == [0, 1, 1]


@pytest.mark.parametrize(("keep", "title"), [("ours", "Send a strict policy"), ("theirs", "CSP, please")])
def test_resolved_title_is_on_both_sides(
    title_conflict: Task, client: AuditClient, sync: Sync, github: FakeGitHub, keep: str, title: str
) -> None:
    resolved = resolve(client, keep)
    sync()

    title_conflict.refresh_from_db()
    assert (title_conflict.title, github.issues[1]["title"]) == (title, title)
    assert (resolved["resolution"], listed(client)) == (keep, [])
    assert [row["id"] for row in listed(client, status="resolved")] == [resolved["id"]]
    assert last_run().refusals == []


def test_resolution_requests_a_sync(
    title_conflict: Task, client: AuditClient, integration: Integration
) -> None:
    resolve(client, "ours")

    integration.refresh_from_db()
    assert integration.status == "syncing"


def test_second_resolution_changes_nothing(title_conflict: Task, client: AuditClient) -> None:
    first = resolve(client, "theirs")

    again = client.call("post", f"integrations/github/conflicts/{first['id']}/resolve", {"keep": "ours"})

    title_conflict.refresh_from_db()
    assert (again.json()["data"], title_conflict.title) == (first, "CSP, please")


def test_titles_that_agree_again_settle_the_conflict(
    title_conflict: Task, client: AuditClient, sync: Sync, github: FakeGitHub
) -> None:
    github.touch(1, title="Send a strict policy")
    change(title_conflict, priority="low")
    sync()

    assert listed(client) == []
    assert [row["resolution"] for row in listed(client, status="resolved")] == ["settled"]


def test_conflict_with_a_ticket_of_an_earlier_repository_is_settled(
    title_conflict: Task, client: AuditClient, sync: Sync, github: FakeGitHub
) -> None:
    del github.issues[1]  # the connected one has no issue of the task
    TicketLink.objects.filter(task=title_conflict).update(external_id="acme/earlier#1")

    sync()

    title_conflict.refresh_from_db()
    assert (listed(client), title_conflict.title) == ([], "Send a strict policy")
    assert [row["resolution"] for row in listed(client, status="resolved")] == ["settled"]


def test_keeping_theirs_dismisses_the_finding_of_an_issue_closed_as_not_planned(
    not_planned: Task, client: AuditClient, sync: Sync, github: FakeGitHub
) -> None:
    resolve(client, "theirs")
    sync()

    not_planned.finding.refresh_from_db()
    assert (not_planned.finding.status, github.issues[1]["state"]) == ("dismissed", "closed")


def test_keeping_theirs_leaves_a_finding_that_was_resolved_meanwhile(
    not_planned: Task, client: AuditClient, sync: Sync, github: FakeGitHub
) -> None:
    another = tasks.create(not_planned.project, finding_id=not_planned.finding_id, title="Fix", by=SYSTEM)
    verify(another, verdicts.approve)

    resolve(client, "theirs")
    sync()

    not_planned.finding.refresh_from_db()
    assert (not_planned.finding.status, github.issues[1]["state"]) == ("resolved", "closed")
    assert [row["resolution"] for row in listed(client, status="resolved")] == ["theirs"]


def test_keeping_ours_reopens_an_issue_closed_as_not_planned(
    not_planned: Task, client: AuditClient, sync: Sync, github: FakeGitHub
) -> None:
    resolve(client, "ours")
    sync()

    not_planned.finding.refresh_from_db()
    assert (not_planned.finding.status, github.issues[1]["state"]) == ("new", "open")


def test_reopened_issue_settles_its_conflict(
    not_planned: Task, client: AuditClient, sync: Sync, github: FakeGitHub
) -> None:
    github.move(1, "reopen")
    sync()

    assert listed(client) == []


@pytest.mark.parametrize(
    ("keep", "outcome"), [("ours", ("done", "closed", 0)), ("theirs", ("in_progress", "open", 1))]
)
def test_issue_reopened_after_the_approval_follows_the_resolution(
    sync: Sync, make_task: MakeTask, client: AuditClient, github: FakeGitHub, keep: str, outcome: Any
) -> None:
    task = make_task()
    sync()
    verify(task, verdicts.approve)
    sync()
    github.move(1, "reopen")
    sync()

    resolve(client, keep)
    sync()

    task.refresh_from_db()
    assert (task.status, github.issues[1]["state"], Regression.objects.count()) == outcome


@pytest.fixture
def halted(sync: Sync, make_task: MakeTask, github: FakeGitHub) -> Task:
    """A task whose issue was closed after its state had changed as often as it may within a day."""
    task = make_task()
    sync()
    TicketLink.objects.update(state_changes=[timezone.now().isoformat()] * MAX_STATE_CHANGES)
    github.move(1, "close")
    sync()
    return task


def test_ticket_whose_state_changes_too_often_is_halted_with_one_conflict(
    halted: Task, sync: Sync, client: AuditClient, github: FakeGitHub
) -> None:
    sync()

    halted.refresh_from_db()
    assert halted.status == "backlog"
    assert [(row["field"], row["theirs"]) for row in listed(client)] == [("loop", "closed")]
    assert TicketLink.objects.get().halted_at is not None
    assert github.received("PATCH") == []


def test_halted_ticket_still_gets_other_changes(halted: Task, sync: Sync, github: FakeGitHub) -> None:
    change(halted, title="Send a strict policy")

    sync()

    assert github.issues[1]["title"] == "Send a strict policy"


def test_halted_ticket_is_synced_again_after_the_resolution(
    halted: Task, sync: Sync, client: AuditClient, github: FakeGitHub
) -> None:
    resolve(client, "theirs")
    sync()
    state = github.issues[1]["state"]
    github.move(1, "reopen")
    sync()

    halted.refresh_from_db()
    link = TicketLink.objects.get()
    assert (state, halted.status, link.halted_at, listed(client)) == ("closed", "in_progress", None, [])


def test_conflict_of_another_project_is_not_found(title_conflict: Task, client: AuditClient) -> None:
    other = factories.scenario()
    (row,) = listed(client)

    response = other.client.call(
        "post", f"integrations/github/conflicts/{row['id']}/resolve", {"keep": "theirs"}
    )

    assert response.status_code == 404
    assert SyncConflict.objects.get().resolved_at is None


@pytest.mark.parametrize(
    ("keep", "state", "status"), [("ours", "closed", "dismissed"), ("theirs", "open", "triaged")]
)
def test_ticket_of_a_dismissed_finding_that_is_reopened_is_left_to_a_person(
    sync: Sync,
    make_task: MakeTask,
    github: FakeGitHub,
    client: AuditClient,
    keep: str,
    state: str,
    status: str,
) -> None:
    task = make_task()
    sync()
    triage.update(task.finding_id, changes={"status": "dismissed"}, by=SYSTEM)
    sync()
    github.move(1, "reopen")
    sync()
    (waiting,) = listed(client)
    resolve(client, keep)
    sync()

    task.finding.refresh_from_db()
    assert waiting["reason"].startswith("The ticket was reopened, but its finding is dismissed")
    assert (github.issues[1]["state"], task.finding.status) == (state, status)
    assert listed(client) == []
