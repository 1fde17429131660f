"""Tickets that no list has: moved ones, and those that cannot be read."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.actors import SYSTEM
from accounts.models import Project
from findings.services import triage
from integrations import services
from integrations.models import Integration, SyncConflict, TicketLink, WebhookDelivery
from integrations.sync import engine
from integrations.webhooks.services import enable
from remediation.models import Task
from tests.fakes.tracker import FakeTracker
from tests.fakes.trackers import DIALECTS
from tests.fakes.trackers.github import FakeGitHub
from tests.fakes.trackers.gitlab import FakeGitLab
from tests.fakes.trackers.linear import OTHER_TEAM
from tests.fakes.vendor_server import Answer, Request
from tests.unit.integrations.conftest import MakeTask, Sync, run_sync
from tests.unit.integrations.sync.scenario import change, last_run
from tests.unit.integrations.sync.tickets.lost_creations import lose_creation, sync_after_search_lag
from tests.unit.integrations.webhooks.senders import SECRET, SENDERS, call, now

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
MOVED = "#1 was moved to another repository, whose issues this connection does not sync: move it back"


def connect(tracker: FakeTracker, project: Project) -> Integration:
    return services.connect(project, tracker.provider, credentials=tracker.credentials, by=SYSTEM)


def age_links_by_a_day() -> None:
    TicketLink.objects.update(read_at=timezone.now() - timedelta(days=1, minutes=1))


def transfer(github: FakeGitHub, monkeypatch: pytest.MonkeyPatch) -> None:
    """Transfer the only issue to another repository."""
    routed = github.route
    del github.issues[1]

    def route(request: Request) -> Answer:
        target = "https://api.github.com/repositories/7/issues/3"
        is_moved = "/issues/1" in request.path
        return (301, {"Location": target}, {"message": "Moved Permanently"}) if is_moved else routed(request)

    monkeypatch.setattr(github, "route", route)


def test_transferred_issue_is_named_by_each_sync_from_the_next_day_on(
    sync: Sync, make_task: MakeTask, github: FakeGitHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_task()
    sync()
    transfer(github, monkeypatch)
    age_links_by_a_day()

    for _ in range(2):
        row = sync()
        (refused,) = last_run().refusals
        assert (row.status, refused["subject"]) == ("connected", "acme/web-app#1")
        assert MOVED in refused["reason"]
        assert "connect again" not in refused["reason"]


@pytest.mark.parametrize("seen_by", ["change", "webhook"])
def test_transferred_issue_is_named_as_soon_as_it_is_requested(
    sync: Sync,
    make_task: MakeTask,
    github: FakeGitHub,
    integration: Integration,
    monkeypatch: pytest.MonkeyPatch,
    seen_by: str,
) -> None:
    task = make_task()
    sync()
    transfer(github, monkeypatch)
    if seen_by == "change":
        change(task, priority="low")
    else:
        WebhookDelivery.objects.create(integration=integration, body_digest="1", event="e", ticket_ids=["1"])

    sync()
    sync()

    (refused,) = last_run().refusals
    assert MOVED in refused["reason"]


@pytest.mark.parametrize("tracker", ["gitlab"], indirect=True)
def test_moved_issue_of_gitlab_waits_for_a_decision_that_names_the_move(
    tracker: FakeTracker, project: Project, make_task: MakeTask
) -> None:
    make_task()
    row = connect(tracker, project)
    run_sync(row)
    tracker.move(1, "close")
    tracker.issues[1]["moved_to_id"] = 99

    run_sync(row)

    assert "moved to another project" in SyncConflict.objects.get().reason


def move_away_and_back(tracker: FakeTracker, **changes: Any) -> None:
    """Move issue 1 of GitLab to another project and back, which closes it and makes another of the same text."""
    moved = tracker.issues[1]
    tracker.move(1, "close")
    moved["moved_to_id"] = 99
    tracker.create({name: moved[name] for name in ("title", "description", "labels")})
    tracker.touch(2, **changes)


@pytest.mark.parametrize("tracker", ["gitlab"], indirect=True)
@pytest.mark.parametrize("is_seen_between", [False, True])
@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({}, "backlog"),
        (FakeGitLab.moves["close"], "ready_verify"),
        (FakeGitLab.moves["start"], "in_progress"),
    ],
)
def test_task_follows_an_issue_of_gitlab_that_was_moved_away_and_back(
    tracker: FakeTracker,
    project: Project,
    make_task: MakeTask,
    is_seen_between: bool,
    changes: dict[str, Any],
    status: str,
) -> None:
    task, row = make_task(), connect(tracker, project)
    run_sync(row)
    if is_seen_between:
        tracker.move(1, "close")
        tracker.issues[1]["moved_to_id"] = 99
        run_sync(row)
    move_away_and_back(tracker, **changes)

    run_sync(row)
    run_sync(row)

    task.refresh_from_db()
    assert (task.status, task.external_ticket_key) == (status, "acme/shop/web-app#2")
    assert (SyncConflict.objects.filter(resolved_at=None).count(), last_run().refusals) == (0, [])
    assert (len(tracker.issues), TicketLink.objects.get().key) == (2, "acme/shop/web-app#2")


@pytest.mark.parametrize("tracker", ["gitlab"], indirect=True)
def test_issue_of_gitlab_that_came_back_is_closed_for_a_task_that_was_dismissed(
    tracker: FakeTracker, project: Project, make_task: MakeTask
) -> None:
    task, row = make_task(), connect(tracker, project)
    run_sync(row)
    triage.update(task.finding_id, changes={"status": "dismissed"}, by=SYSTEM)
    run_sync(row)
    move_away_and_back(tracker)

    run_sync(row)

    assert [issue["state"] for issue in tracker.issues.values()] == ["closed", "closed"]


@pytest.mark.parametrize("tracker", ["gitlab"], indirect=True)
def test_copy_of_a_dropped_issue_does_not_take_its_place(
    tracker: FakeTracker, project: Project, make_task: MakeTask
) -> None:
    make_task()
    row = connect(tracker, project)
    run_sync(row)
    tracker.move(1, "drop")
    tracker.create({name: tracker.issues[1][name] for name in ("title", "description", "labels")})

    run_sync(row)

    assert TicketLink.objects.get().key == "acme/shop/web-app#1"


# ---- Deleted tickets

ADVICE = "clear the ticket key of its task: the next sync creates a new ticket."


@pytest.mark.parametrize(
    ("tracker", "cleared"), [*((name, None) for name in DIALECTS), ("github", "")], indirect=["tracker"]
)
def test_deleted_ticket_is_named_until_its_key_is_cleared_which_creates_a_new_one(
    tracker: FakeTracker, project: Project, make_task: MakeTask, cleared: str | None
) -> None:
    task, row = make_task(), connect(tracker, project)
    run_sync(row)
    old = TicketLink.objects.get().key
    tracker.issues.clear()
    age_links_by_a_day()
    for _ in range(2):
        run_sync(row)
        (refused,) = last_run().refusals
        assert (refused["subject"], refused["reason"].endswith(ADVICE)) == (old, True)

    change(task, external_ticket_key=cleared)
    services.request_sync(row)
    engine.sync(row.pk)
    run_sync(row)

    task.refresh_from_db()
    link = TicketLink.objects.get()
    assert (len(tracker.issues), last_run().refusals, link.state) == (1, [], "linked")
    assert task.external_ticket_key == link.key


def test_key_that_was_cleared_is_stored_again_while_the_ticket_exists(
    tracker: FakeTracker, project: Project, make_task: MakeTask
) -> None:
    task, row = make_task(), connect(tracker, project)
    run_sync(row)
    change(task, external_ticket_key=None)

    run_sync(row)

    task.refresh_from_db()
    assert (len(tracker.issues), task.external_ticket_key) == (1, TicketLink.objects.get().key)


def test_refused_ticket_whose_key_was_cleared_does_not_stop_the_others(
    sync: Sync, make_task: MakeTask, github: FakeGitHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused, other = make_task("Refused"), make_task("Other")
    sync()
    change(refused, external_ticket_key=None)
    change(other, external_ticket_key=None)
    routed = github.route

    def route(request: Request) -> Answer:
        return (422, {}, {"message": "No"}) if request.path.endswith("/issues/1") else routed(request)

    monkeypatch.setattr(github, "route", route)

    sync()

    refused.refresh_from_db()
    other.refresh_from_db()
    assert (refused.external_ticket_key, other.external_ticket_key) == (None, "acme/web-app#2")
    assert last_run().refusals[0]["subject"] == "Refused"


def test_transferred_issue_is_replaced_after_its_key_was_cleared(
    sync: Sync, make_task: MakeTask, github: FakeGitHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = make_task()
    sync()
    # Of a repository with other issues: the next one has another number.
    github.create({"title": "Other", "body": ""})
    transfer(github, monkeypatch)
    change(task, external_ticket_key=None)

    sync()

    task.refresh_from_db()
    assert task.external_ticket_key == "acme/web-app#3"


def move(tracker: FakeTracker, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Move the only issue to another project or team, whose issues are not listed; return its number."""
    (number,) = tracker.issues
    if tracker.provider == "linear":
        tracker.issues[number]["identifier"] = "OPS-3"
        tracker.touch(number, teamId=OTHER_TEAM)
    else:
        tracker.issues[number]["key"] = "OPS-3"
        monkeypatch.setattr(
            tracker, "_search", lambda body: (200, {}, {"issues": [], "isLast": True}), raising=True
        )
        tracker.touch(number)
    return number


@pytest.mark.parametrize("tracker", ["jira", "linear"], indirect=True)
def test_task_follows_an_issue_that_was_moved_to_another_project(
    tracker: FakeTracker, project: Project, make_task: MakeTask, monkeypatch: pytest.MonkeyPatch
) -> None:
    task, row = make_task(), connect(tracker, project)
    run_sync(row)
    number = move(tracker, monkeypatch)
    age_links_by_a_day()
    run_sync(row)
    task.refresh_from_db()
    moved = (task.external_ticket_key, last_run().refusals)

    tracker.move(number, "close")
    run_sync(row)

    task.refresh_from_db()
    assert (moved, task.status, len(tracker.issues)) == (("OPS-3", []), "ready_verify", 1)


# ---- Unreadable entries

LISTS: dict[str, tuple[str, str, Callable[[Any], list[Any]]]] = {
    "github": ("GET", "/issues$", lambda body: body),
    "gitlab": ("GET", "/issues$", lambda body: body),
    "jira": ("POST", "/search/jql$", lambda body: body["issues"]),
    "linear": ("POST", "^Issues$", lambda body: body["data"]["issues"]["nodes"]),
}


def break_title(tracker: FakeTracker, monkeypatch: pytest.MonkeyPatch, title: str) -> Callable[[], None]:
    """Let this title be null in every answer; return a function that ends it."""
    routed = tracker.route
    broken = [True]

    def without_title(value: Any) -> Any:
        if isinstance(value, list):
            return [without_title(element) for element in value]
        if not isinstance(value, dict):
            return value
        is_broken = title in (value.get("title"), value.get("summary"))
        hidden = {"title": None, "summary": None} if is_broken else {}
        return {name: hidden.get(name, without_title(member)) if name in hidden else without_title(member)
                for name, member in value.items()}  # fmt: skip

    def route(request: Request) -> Answer:
        status, headers, body = routed(request)
        return status, headers, without_title(body) if broken else body

    monkeypatch.setattr(tracker, "route", route)
    return broken.clear


def status_of(task: Task) -> str:
    task.refresh_from_db()
    return task.status


def number_of(tracker: FakeTracker, title: str) -> Any:
    return next(number for number, issue in tracker.issues.items() if tracker.title_of(issue) == title)


def test_unreadable_ticket_is_named_and_the_others_are_synced(
    tracker: FakeTracker, project: Project, make_task: MakeTask, monkeypatch: pytest.MonkeyPatch
) -> None:
    good, bad, row = make_task("Good"), make_task("Bad"), connect(tracker, project)
    run_sync(row)
    repair = break_title(tracker, monkeypatch, "Bad")
    for title in ("Bad", "Good"):
        tracker.move(number_of(tracker, title), "close")
    key = TicketLink.objects.get(task=bad).key

    for _ in range(2):
        row = run_sync(row)
        assert (row.status, status_of(good), status_of(bad)) == ("connected", "ready_verify", "backlog")
        assert [refusal["subject"] for refusal in last_run().refusals] == [key]
    repair()
    run_sync(row)

    assert (status_of(bad), last_run().refusals) == ("ready_verify", [])


def test_list_without_a_readable_entry_fails_the_sync(
    tracker: FakeTracker, project: Project, make_task: MakeTask, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_task("One"), make_task("Two")
    row = connect(tracker, project)
    run_sync(row)
    for title in ("One", "Two"):
        break_title(tracker, monkeypatch, title)

    row = run_sync(row)

    assert row.status == "error"
    assert "cannot read" in row.last_error


def test_entry_without_an_id_is_read_by_the_next_sync(
    tracker: FakeTracker, project: Project, make_task: MakeTask
) -> None:
    good, bad, row = make_task("Good"), make_task("Bad"), connect(tracker, project)
    run_sync(row)
    routed, (method, path, rows) = tracker.route, LISTS[tracker.provider]
    for title in ("Bad", "Good"):
        tracker.move(number_of(tracker, title), "close")

    def with_null() -> Answer:
        status, headers, body = routed(tracker.requests[-1])
        listed = rows(body)
        listed[:] = [None if "Bad" in str(row) else row for row in listed]
        return status, headers, body

    tracker.next_answer(method, path, with_null)
    row = run_sync(row)
    first = (row.status, status_of(good), status_of(bad), _named(last_run().notes))
    tracker.now += timedelta(hours=1)
    tracker.touch(number_of(tracker, "Good"))
    run_sync(row)

    assert first == ("connected", "ready_verify", "backlog", ["one without an id"])
    assert status_of(bad) == "ready_verify"


def _named(notes: list[str]) -> list[str]:
    return [
        note.rpartition(": ")[2].rstrip(".") for note in notes if note.startswith("Left out of the tickets")
    ]


def test_no_second_ticket_is_created_while_the_first_cannot_be_read(
    tracker: FakeTracker, project: Project, make_task: MakeTask, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_task("Good")
    row = connect(tracker, project)
    run_sync(row)
    bad = make_task("Bad")
    lose_creation(tracker)
    run_sync(row)
    repair = break_title(tracker, monkeypatch, "Bad")
    tracker.touch(number_of(tracker, "Good"))
    sync_after_search_lag(row)
    unread = (len(tracker.issues), TicketLink.objects.get(task=bad).state)
    repair()
    for _ in range(2):
        sync_after_search_lag(row)

    row.refresh_from_db()
    assert (unread, row.status) == ((2, "creating"), "connected")
    assert (len(tracker.issues), TicketLink.objects.get(task=bad).state) == (2, "linked")


@pytest.mark.parametrize("tracker", ["jira", "linear"], indirect=True)
def test_webhook_of_a_moved_issue_changes_the_key_of_its_task_alone(
    tracker: FakeTracker, project: Project, make_task: MakeTask
) -> None:
    tasks = [make_task(title) for title in ("One", "Two", "Three")]
    row = connect(tracker, project)
    run_sync(row)
    enable(project, tracker.provider, secret=SECRET, by=SYSTEM)
    number = number_of(tracker, "Two")
    sender, moment = SENDERS[tracker.provider], now()
    payload = sender.payload(moment)
    if tracker.provider == "linear":
        tracker.issues[number]["identifier"] = "OPS-3"
        tracker.touch(number, teamId=OTHER_TEAM)
        payload["data"] |= {"id": number, "teamId": OTHER_TEAM, "identifier": "OPS-3"}
    else:
        tracker.issues[number]["key"] = "OPS-3"
        tracker.touch(number)
        payload["issue"] |= {"id": str(number), "key": "OPS-3"}
    del (payload.get("data") or payload["issue"]["fields"])["updatedAt" if "data" in payload else "updated"]
    body = json.dumps(payload).encode()

    call(row, body, sender.headers(body))
    engine.sync(row.pk)

    keys = {}
    for task in tasks:
        task.refresh_from_db()
        keys[task.title] = (task.external_ticket_key or "").partition("-")[0]
    kept = {"jira": "SHOP", "linear": "ENG"}[tracker.provider]
    assert keys == {"One": kept, "Two": "OPS", "Three": kept}
    assert TicketLink.objects.get(key="OPS-3").task.title == "Two"
