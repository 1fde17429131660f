"""Whole syncs with Jira, and its sign-in."""

from datetime import UTC, datetime

import pytest

from accounts.actors import SYSTEM
from accounts.models import Project
from integrations import credentials as secrets
from integrations import services
from integrations.models import Integration, SyncRun, TicketLink
from integrations.sync import engine
from remediation.models import Task, Verification
from remediation.services import tasks, verdicts
from tests.fakes.trackers import jira as fake_jira
from tests.fakes.trackers.jira import TOKEN, FakeJira
from tests.unit.integrations.conftest import MakeTask, Sync, connect_by_code
from tests.unit.integrations.providers.jira.ticket_parts import FIRST

pytestmark = pytest.mark.slow


def status_of(task: Task) -> str:
    task.refresh_from_db()
    return task.status


def test_sync_creates_one_issue_and_changes_nothing_afterwards(
    sync: Sync, make_task: MakeTask, jira: FakeJira, integration: Integration
) -> None:
    task = make_task()

    outcomes = [(sync().status, sync().last_error), (sync().status, sync().last_error)]

    task.refresh_from_db()
    assert outcomes == [("connected", "")] * 2
    assert list(jira.issues) == [10001]
    assert task.external_ticket_key == "SHOP-1"
    assert jira.received("PUT") == []
    link = TicketLink.objects.get(task=task)
    assert (link.external_id, link.url) == (FIRST, "https://acme.atlassian.net/browse/SHOP-1")
    assert jira.links[10001][0]["object"]["url"].endswith(f"/admin/remediation/task/{task.pk}/change/")


def test_issue_whose_creation_was_interrupted_gets_its_link_and_its_status(
    sync: Sync, make_task: MakeTask, jira: FakeJira
) -> None:
    make_task(status="in_progress")
    for _ in range(3):
        jira.next_answer("POST", "/remotelink$", (503, {}, {}))

    failed = sync().status
    sync()

    assert (failed, list(jira.issues)) == ("error", [10001])
    assert (jira.status(), len(jira.links[10001])) == ("In Progress", 1)


@pytest.mark.parametrize("path", ["/remotelink$", "/issue/10001$", "/transitions$"])
def test_issue_is_completed_after_the_token_was_rejected(
    sync: Sync, make_task: MakeTask, jira: FakeJira, path: str
) -> None:
    make_task(status="in_progress")
    jira.next_answer("POST" if path == "/remotelink$" else "GET", path, (401, {}, {}))

    failed = sync().status
    sync()

    assert (failed, list(jira.issues)) == ("error", [10001])
    assert (jira.status(), len(jira.links[10001])) == ("In Progress", 1)


@pytest.mark.parametrize("status", ["backlog", "in_progress"])
def test_refused_transition_is_noted_in_the_log(
    sync: Sync, make_task: MakeTask, jira: FakeJira, status: str
) -> None:
    task = make_task(status=status)
    if status == "backlog":
        sync()
        tasks.update(task.pk, changes={"status": "in_progress"}, by=SYSTEM)
    jira.next_answer("POST", "/transitions$", (409, {}, {}))

    row = sync()

    notes = SyncRun.objects.latest("started_at").notes
    assert (row.status, [note.partition(":")[0] for note in notes]) == (
        "connected",
        ["SHOP-1 was not moved to 'in progress'"],
    )


def test_issue_is_created_once_when_the_run_fails_after_it(
    sync: Sync, make_task: MakeTask, jira: FakeJira
) -> None:
    task = make_task()
    for _ in range(3):
        jira.next_answer("GET", "/issue/10001$", (200, {}, b"<html>"))

    first = (sync().status, TicketLink.objects.get(task=task).state)
    jira.touch(10001, summary="Renamed meanwhile", description=None)
    second = (sync().status, TicketLink.objects.get(task=task).state)

    assert (first, second) == (("error", "creating"), ("connected", "linked"))
    assert len(jira.received("POST", "/issue")) == 1


def test_task_changes_are_pushed(sync: Sync, make_task: MakeTask, jira: FakeJira) -> None:
    task = make_task()
    sync()

    due = datetime(2027, 1, 2, 3, 4, tzinfo=UTC)
    changes = {"title": "Send it", "status": "blocked", "priority": "critical", "sla_due_at": due}
    tasks.update(task.pk, changes=changes, by=SYSTEM)
    sync()

    fields = jira.issues[10001]["fields"]
    assert (fields["summary"], fields["duedate"], fields["priority"]) == (
        "Send it",
        "2027-01-02",
        {"id": "1"},
    )
    assert jira.status() == "Blocked"
    task.refresh_from_db()
    assert task.status == "blocked"


def test_task_follows_its_issue_and_verdicts_move_the_issue(
    sync: Sync, make_task: MakeTask, jira: FakeJira
) -> None:
    task = make_task()
    sync()
    jira.touch(10001, status=fake_jira.IN_REVIEW)
    sync()
    started = status_of(task)
    jira.touch(10001, status=fake_jira.DONE)
    sync()
    ready = (status_of(task), jira.status())

    pending = Verification.objects.get(task=task)
    verdicts.approve(pending.pk, by=SYSTEM)
    sync()
    closed = (status_of(task), jira.status())
    verdicts.reopen(pending.pk, by=SYSTEM)
    sync()

    assert started == "in_progress"
    assert ready == ("ready_verify", "Done")
    assert closed == ("done", "Done")
    assert (status_of(task), jira.status()) == ("in_progress", "In Progress")


def test_sign_in_keeps_the_project_and_drops_the_api_token(
    integration: Integration, project: Project, jira: FakeJira, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {
        "CLIENT_ID": "client-1",
        "CLIENT_SECRET": "secret-1",
        "TOKEN_URL": f"{jira.url}/oauth/token",
    }.items():
        monkeypatch.setenv(f"KRAFTER_JIRA_{name}", value)

    row = connect_by_code(project, "jira", auth_code="once")

    assert jira.token_requests == [
        {
            "grant_type": "authorization_code",
            "code": "once",
            "client_id": "client-1",
            "client_secret": "secret-1",
        }
    ]
    stored = secrets.open_credentials(row)
    assert (stored["token"], stored["site"], stored["project_key"]) == (TOKEN, "acme.atlassian.net", "SHOP")
    assert "api_token" not in stored
    services.sync_now(project, "jira", by=SYSTEM)
    engine.sync(row.pk)
    row.refresh_from_db()
    assert (row.status, row.last_error) == ("connected", "")


@pytest.mark.parametrize(("named", "expected"), [("SHOP-1", "OPS-3"), ("HELP-9", "HELP-9")])
def test_task_of_a_moved_issue_has_its_new_key_unless_a_person_named_another(
    sync: Sync, make_task: MakeTask, jira: FakeJira, named: str, expected: str
) -> None:
    task = make_task()
    sync()
    Task.objects.filter(pk=task.pk).update(external_ticket_key=named)
    jira.issues[10001]["key"] = "OPS-3"
    jira.touch(10001)

    sync()

    task.refresh_from_db()
    link = TicketLink.objects.get(task=task)
    assert (task.external_ticket_key, link.key) == (expected, "OPS-3")
    assert link.url == "https://acme.atlassian.net/browse/OPS-3"
