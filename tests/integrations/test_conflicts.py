"""What both sides want differently is kept for a person, and a ticket that goes back and forth is halted."""

from typing import Any
from urllib.parse import urlencode

import pytest

from accounts import api_keys
from accounts.models import Membership
from accounts.services import create_user
from findings.models import Regression
from integrations.models import Conflict, ExternalLink, Integration
from remediation.models import Task, Verification
from remediation.services import verdicts
from tests import factories
from tests.factories import AuditClient
from tests.integrations.conftest import MakeTask
from tests.integrations.fake_github import FakeGitHub
from tests.integrations.test_sync import Sync, change, last_run, verify

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(integration: Integration) -> AuditClient:
    project = integration.project
    owner = create_user("owner@example.com", organization=project.organization, role=Membership.Role.OWNER)
    _, key = api_keys.issue(project.organization, user=owner, name="tests", scopes=("*",))
    return AuditClient(project, key)


def listed(client: AuditClient, **query: str) -> list[dict[str, Any]]:
    address = "integrations/github/conflicts" + (f"?{urlencode(query)}" if query else "")
    rows: list[dict[str, Any]] = client.ask("get", address).json()["data"]
    return rows


def decide(client: AuditClient, keep: str) -> dict[str, Any]:
    (row,) = listed(client)
    response = client.ask("post", f"integrations/github/conflicts/{row['id']}/resolve", {"keep": keep})
    assert response.status_code == 200
    shown: dict[str, Any] = response.json()["data"]
    return shown


@pytest.fixture
def two_titles(sync: Sync, make_task: MakeTask, github: FakeGitHub) -> Task:
    """A task whose title was changed on both sides."""
    task = make_task()
    sync()
    github.touch(1, title="CSP, please")
    change(task, title="Send a strict policy")
    sync()
    return task


@pytest.fixture
def dropped(sync: Sync, make_task: MakeTask, github: FakeGitHub) -> Task:
    """A task whose issue was closed as not planned."""
    task = make_task()
    sync()
    github.touch(1, state="closed", state_reason="not_planned")
    sync()
    return task


def test_a_title_changed_on_both_sides_is_listed_until_somebody_says_whose_counts(
    two_titles: Task, client: AuditClient, sync: Sync
) -> None:
    sync()

    (row,) = listed(client)
    told = {name: row[name] for name in ("task_id", "external_ticket_key", "field", "ours", "theirs", "kept")}
    assert told == {
        "task_id": str(two_titles.pk),
        "external_ticket_key": "acme/web-app#1",
        "field": "title",
        "ours": "Send a strict policy",
        "theirs": "CSP, please",
        "kept": "",
    }


@pytest.mark.parametrize(("keep", "title"), [("ours", "Send a strict policy"), ("theirs", "CSP, please")])
def test_the_title_that_counts_is_the_one_on_both_sides(
    two_titles: Task, client: AuditClient, sync: Sync, github: FakeGitHub, keep: str, title: str
) -> None:
    resolved = decide(client, keep)
    sync()

    two_titles.refresh_from_db()
    assert (two_titles.title, github.issues[1]["title"]) == (title, title)
    assert (resolved["kept"], listed(client)) == (keep, [])
    assert [row["id"] for row in listed(client, status="resolved")] == [resolved["id"]]
    assert last_run().refused == []


def test_a_conflict_asks_for_the_sync_that_carries_the_decision_out(
    two_titles: Task, client: AuditClient, integration: Integration
) -> None:
    decide(client, "ours")

    integration.refresh_from_db()
    assert integration.status == "syncing"


def test_resolving_again_changes_nothing(two_titles: Task, client: AuditClient) -> None:
    first = decide(client, "theirs")

    again = client.ask("post", f"integrations/github/conflicts/{first['id']}/resolve", {"keep": "ours"})

    two_titles.refresh_from_db()
    assert (again.json()["data"], two_titles.title) == (first, "CSP, please")


def test_titles_that_agree_again_settle_their_conflict(
    two_titles: Task, client: AuditClient, sync: Sync, github: FakeGitHub
) -> None:
    github.touch(1, title="Send a strict policy")
    change(two_titles, priority="low")
    sync()

    assert listed(client) == []
    assert [row["kept"] for row in listed(client, status="resolved")] == ["settled"]


def test_an_issue_dropped_there_dismisses_the_finding_when_theirs_counts(
    dropped: Task, client: AuditClient, sync: Sync, github: FakeGitHub
) -> None:
    decide(client, "theirs")
    sync()

    dropped.finding.refresh_from_db()
    assert (dropped.finding.status, github.issues[1]["state"]) == ("dismissed", "closed")


def test_an_issue_dropped_there_is_opened_again_when_ours_counts(
    dropped: Task, client: AuditClient, sync: Sync, github: FakeGitHub
) -> None:
    decide(client, "ours")
    sync()

    dropped.finding.refresh_from_db()
    assert (dropped.finding.status, github.issues[1]["state"]) == ("new", "open")


def test_an_issue_taken_up_again_there_settles_its_conflict(
    dropped: Task, client: AuditClient, sync: Sync, github: FakeGitHub
) -> None:
    github.touch(1, state="open", state_reason="reopened")
    sync()

    assert listed(client) == []


@pytest.mark.parametrize(
    ("keep", "outcome"), [("ours", ("done", "closed", 0)), ("theirs", ("in_progress", "open", 1))]
)
def test_an_issue_reopened_after_the_approval_follows_the_decision(
    sync: Sync, make_task: MakeTask, client: AuditClient, github: FakeGitHub, keep: str, outcome: Any
) -> None:
    task = make_task()
    sync()
    verify(task, verdicts.approve)
    sync()
    github.touch(1, state="open", state_reason="reopened")
    sync()

    decide(client, keep)
    sync()

    task.refresh_from_db()
    assert (task.status, github.issues[1]["state"], Regression.objects.count()) == outcome


def back_and_forth(sync: Sync, github: FakeGitHub, task: Task, rounds: int) -> None:
    """Something there answers every change: it closes what is open, and opens what is closed."""
    for place in range(rounds):
        state = "closed" if place % 2 == 0 else "open"
        github.touch(1, state=state, state_reason="completed" if state == "closed" else "reopened")
        Verification.objects.filter(task=task).delete()
        sync()


def test_a_ticket_that_goes_back_and_forth_is_halted_and_says_so_once(
    sync: Sync, make_task: MakeTask, client: AuditClient, github: FakeGitHub
) -> None:
    task = make_task()
    sync()
    back_and_forth(sync, github, task, 10)

    task.refresh_from_db()
    github.requests.clear()
    sync()
    assert task.status == "in_progress"
    assert [(row["field"], row["theirs"]) for row in listed(client)] == [("loop", "closed")]
    assert ExternalLink.objects.get().halted_at is not None
    assert github.asked("PATCH") == []


def test_a_halted_ticket_still_takes_what_is_no_state(
    sync: Sync, make_task: MakeTask, github: FakeGitHub
) -> None:
    task = make_task()
    sync()
    back_and_forth(sync, github, task, 10)

    change(task, title="Send a strict policy")
    sync()

    assert github.issues[1]["title"] == "Send a strict policy"


def test_a_halted_ticket_moves_again_once_somebody_has_said_whose_state_counts(
    sync: Sync, make_task: MakeTask, client: AuditClient, github: FakeGitHub
) -> None:
    task = make_task()
    sync()
    back_and_forth(sync, github, task, 9)

    decide(client, "theirs")
    sync()
    there = github.issues[1]["state"]
    github.touch(1, state="open", state_reason="reopened")
    sync()

    task.refresh_from_db()
    link = ExternalLink.objects.get()
    assert (there, task.status, link.halted_at, listed(client)) == ("closed", "in_progress", None, [])


def test_another_projects_conflict_is_not_found(two_titles: Task, client: AuditClient) -> None:
    stranger = factories.scenario()
    (row,) = listed(client)

    response = stranger.client.ask(
        "post", f"integrations/github/conflicts/{row['id']}/resolve", {"keep": "theirs"}
    )

    assert response.status_code == 404
    assert Conflict.objects.get().resolved_at is None
