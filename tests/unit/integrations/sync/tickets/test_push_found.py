"""Tickets that are found again: after a lost answer, and after a change back to an earlier repository."""

from collections.abc import Callable, Iterator

import pytest

from accounts.actors import SYSTEM
from accounts.models import Project
from findings.services import triage
from integrations import services
from integrations.models import Integration, SyncConflict, TicketLink
from remediation.models import Verification
from remediation.services import verdicts
from tests.fakes.tracker import FakeTracker, serve
from tests.fakes.trackers import DIALECTS
from tests.fakes.trackers.github import FakeGitHub
from tests.unit.integrations.conftest import CREDENTIALS, MakeTask, Sync, run_sync
from tests.unit.integrations.sync.scenario import change, verify
from tests.unit.integrations.sync.tickets.lost_creations import lose_creation, sync_after_search_lag

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def synced_with_loss(tracker: FakeTracker, project: Project) -> Integration:
    """Connect a tracker, and lose the answer of the first creation."""
    row = services.connect(project, tracker.provider, credentials=tracker.credentials, by=SYSTEM)
    lose_creation(tracker)
    run_sync(row)
    return row


def synced_after_loss(tracker: FakeTracker, project: Project, move: str) -> Integration:
    """Lose the answer of a creation, let a person change the issue, and run the next sync."""
    row = synced_with_loss(tracker, project)
    (number,) = tracker.issues
    tracker.move(number, move)
    sync_after_search_lag(row)
    row.refresh_from_db()
    assert (row.status, len(tracker.issues)) == ("connected", 1)
    return row


def ticket_state() -> str:
    return str(TicketLink.objects.get().last_synced["ticket"]["state"])


def test_issue_that_a_person_closed_after_a_lost_answer_stays_closed(
    tracker: FakeTracker, project: Project, make_task: MakeTask
) -> None:
    task = make_task()

    row = synced_after_loss(tracker, project, "close")
    run_sync(row)

    task.refresh_from_db()
    assert (task.status, ticket_state()) == ("ready_verify", "closed")
    assert Verification.objects.filter(task=task).count() == 1


def test_issue_that_a_person_dropped_after_a_lost_answer_waits_for_a_decision(
    tracker: FakeTracker, project: Project, make_task: MakeTask
) -> None:
    task = make_task()

    row = synced_after_loss(tracker, project, "drop")
    run_sync(row)

    task.refresh_from_db()
    conflict = SyncConflict.objects.get()
    assert (task.status, ticket_state()) == ("backlog", "dropped")
    assert (conflict.field, conflict.resolution) == ("state", "")


def test_issue_that_a_person_started_after_a_lost_answer_starts_the_task(
    tracker: FakeTracker, project: Project, make_task: MakeTask
) -> None:
    task = make_task()

    synced_after_loss(tracker, project, "start")

    task.refresh_from_db()
    assert (task.status, ticket_state()) == ("in_progress", "started")


def test_task_that_changed_after_a_lost_answer_is_pushed(
    tracker: FakeTracker, project: Project, make_task: MakeTask
) -> None:
    task = make_task()
    row = synced_with_loss(tracker, project)
    change(task, title="Send a strict policy")

    sync_after_search_lag(row)
    run_sync(row)

    assert (tracker.titles, SyncConflict.objects.count()) == (["Send a strict policy"], 0)


def test_title_that_both_sides_changed_after_a_lost_answer_waits_for_a_decision(
    tracker: FakeTracker, project: Project, make_task: MakeTask
) -> None:
    task = make_task()
    row = synced_with_loss(tracker, project)
    (number,) = tracker.issues
    change(task, title="Ours")
    tracker.touch(number, **{tracker.title_field: "Theirs"})

    sync_after_search_lag(row)

    conflict = SyncConflict.objects.get()
    assert (tracker.titles, conflict.field, conflict.theirs) == (["Theirs"], "title", "Theirs")


def switch(github: FakeGitHub, project: Project, repository: str) -> None:
    """Connect another repository of the same server."""
    github.switch(repository)
    services.connect(project, "github", credentials={**CREDENTIALS, "repository": repository}, by=SYSTEM)


def test_earlier_issue_is_reopened_after_its_task_was_reopened_meanwhile(
    sync: Sync, make_task: MakeTask, github: FakeGitHub, project: Project
) -> None:
    task = make_task()
    sync()
    verify(task, verdicts.approve)
    sync()
    closed = github.issues[1]["state"]
    switch(github, project, "acme/shop")
    sync()
    verdicts.reopen(Verification.objects.get(task=task).pk, by=SYSTEM)
    sync()

    switch(github, project, "acme/web-app")
    sync()

    task.refresh_from_db()
    assert (closed, github.issues[1]["state"]) == ("closed", "open")
    assert (task.external_ticket_key, SyncConflict.objects.count()) == ("acme/web-app#1", 0)


def test_task_follows_its_earlier_issue_that_was_closed_meanwhile(
    sync: Sync, make_task: MakeTask, github: FakeGitHub, project: Project
) -> None:
    task = make_task()
    sync()
    switch(github, project, "acme/shop")
    sync()
    switch(github, project, "acme/web-app")
    github.move(1, "close")

    sync()
    sync()

    task.refresh_from_db()
    assert (task.status, github.issues[1]["state"]) == ("ready_verify", "closed")


def test_dropped_issue_waits_for_a_decision_after_a_change_back_and_in_a_renamed_repository(
    sync: Sync, make_task: MakeTask, github: FakeGitHub, project: Project
) -> None:
    make_task()
    sync()
    github.move(1, "drop")
    sync()
    switch(github, project, "acme/shop")
    sync()
    switch(github, project, "acme/web-app")
    sync()
    back = (github.issues[1]["state"], SyncConflict.objects.filter(resolved_at=None).count())
    github.repository = "acme/renamed"
    services.connect(project, "github", credentials={"repository": "acme/renamed"}, by=SYSTEM)
    sync()

    renamed = (github.issues[1]["state"], SyncConflict.objects.filter(resolved_at=None).count())
    assert (back, renamed) == (("closed", 1), ("closed", 1))


def test_conflict_stays_open_when_its_ticket_changes_otherwise(
    sync: Sync, make_task: MakeTask, github: FakeGitHub
) -> None:
    make_task()
    sync()
    github.move(1, "drop")
    sync()
    github.touch(1, labels=["seen"])
    sync()
    touched = SyncConflict.objects.filter(resolved_at=None).count()
    github.move(1, "reopen")
    sync()

    assert (touched, SyncConflict.objects.filter(resolved_at=None).count()) == (1, 0)


@pytest.mark.parametrize("is_refused", [False, True])
def test_dismissed_task_gets_a_ticket_of_the_new_repository_after_it_is_triaged(
    sync: Sync, make_task: MakeTask, github: FakeGitHub, project: Project, is_refused: bool
) -> None:
    task = make_task()
    sync()
    triage.update(task.finding_id, changes={"status": "dismissed"}, by=SYSTEM)
    switch(github, project, "acme/shop")
    dismissed = [sync().status, *github.issues]
    triage.update(task.finding_id, changes={"status": "triaged"}, by=SYSTEM)
    if is_refused:
        github.next_answer("POST", "/issues$", (422, {}, {"message": "Validation Failed"}))
        sync()

    sync()
    sync()

    task.refresh_from_db()
    assert (dismissed, list(github.issues)) == (["connected"], [1])
    assert (task.external_ticket_key, github.issues[1]["state"]) == ("acme/shop#1", "open")


def test_dismissed_task_has_its_earlier_issue_again_after_it_is_triaged(
    sync: Sync, make_task: MakeTask, github: FakeGitHub, project: Project
) -> None:
    task = make_task()
    sync()
    triage.update(task.finding_id, changes={"status": "dismissed"}, by=SYSTEM)
    sync()
    for repository in ("acme/shop", "acme/web-app"):
        switch(github, project, repository)
        sync()
    triage.update(task.finding_id, changes={"status": "triaged"}, by=SYSTEM)

    sync()

    assert {number: issue["state"] for number, issue in github.issues.items()} == {1: "open"}
    assert TicketLink.objects.get().state == "linked"


def test_refused_creation_is_repeated_by_the_next_sync_after_a_change_of_repository(
    sync: Sync, make_task: MakeTask, github: FakeGitHub, project: Project
) -> None:
    task = make_task()
    sync()
    switch(github, project, "acme/shop")
    github.next_answer("POST", "/issues$", (422, {}, {"message": "Validation Failed"}))
    refused = sync().status

    sync()

    task.refresh_from_db()
    assert (refused, list(github.issues), task.external_ticket_key) == ("connected", [1], "acme/shop#1")


@pytest.fixture(params=["github", "gitlab"])
def renamed(
    request: pytest.FixtureRequest, loopback: None, monkeypatch: pytest.MonkeyPatch, project: Project
) -> Iterator[tuple[FakeTracker, Callable[[], Integration]]]:
    """A repository, and a function that renames it, connects it by its new name and syncs."""
    with serve(DIALECTS[request.param]()) as fake:
        monkeypatch.setenv(f"KRAFTER_{request.param.upper()}_URL", fake.api_url)
        row = services.connect(project, fake.provider, credentials=fake.credentials, by=SYSTEM)
        name = "repository" if fake.provider == "github" else "project"

        def rename() -> Integration:
            setattr(fake, name, "acme/renamed")
            services.connect(project, fake.provider, credentials={name: "acme/renamed"}, by=SYSTEM)
            return run_sync(row)

        yield fake, rename


def test_task_that_changed_while_its_repository_was_renamed_is_pushed(
    renamed: tuple[FakeTracker, Callable[[], Integration]], make_task: MakeTask
) -> None:
    tracker, rename = renamed
    finished, retitled = make_task("One"), make_task("Two")
    run_sync(Integration.objects.get())
    verify(finished, verdicts.approve)
    change(retitled, title="Three")

    run_sync(rename())

    closed = [tracker.title_of(issue) for issue in tracker.issues.values() if tracker.is_closed(issue)]
    assert (closed, tracker.titles) == (["One"], ["One", "Three"])


def test_issue_that_was_closed_while_its_repository_was_renamed_is_followed(
    renamed: tuple[FakeTracker, Callable[[], Integration]], make_task: MakeTask
) -> None:
    tracker, rename = renamed
    task = make_task()
    run_sync(Integration.objects.get())
    tracker.touch(1, **tracker.moves["close"], **{tracker.title_field: "Theirs"})

    run_sync(rename())

    task.refresh_from_db()
    assert (task.status, tracker.titles, SyncConflict.objects.count()) == ("ready_verify", ["Theirs"], 0)


def test_issue_that_was_reopened_while_its_repository_was_renamed_waits_for_a_decision(
    renamed: tuple[FakeTracker, Callable[[], Integration]], make_task: MakeTask
) -> None:
    tracker, rename = renamed
    task = make_task()
    run_sync(Integration.objects.get())
    verify(task, verdicts.approve)
    run_sync(Integration.objects.get())
    tracker.move(1, "reopen")

    run_sync(rename())

    [conflict] = SyncConflict.objects.filter(resolved_at=None)
    assert (conflict.field, conflict.theirs, tracker.is_closed(tracker.issues[1])) == ("state", "open", False)
