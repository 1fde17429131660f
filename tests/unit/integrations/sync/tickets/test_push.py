"""Tasks become tickets, and changes of tasks are pushed."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from accounts.actors import SYSTEM
from accounts.models import Project
from findings.models import Finding
from findings.services import triage
from integrations import services
from integrations.models import Integration, SyncConflict, TicketLink
from integrations.providers.base import MAX_ATTEMPTS
from integrations.sync import engine
from integrations.sync.tickets import conflicts
from remediation.models import Verification
from remediation.services import verdicts
from tests.fakes.tracker import FakeTracker
from tests.fakes.trackers.github import TOKEN, FakeGitHub
from tests.unit.integrations.conftest import CREDENTIALS, MakeTask, Sync, run_sync
from tests.unit.integrations.sync.scenario import change, labels, last_run, verify
from tests.unit.integrations.sync.tickets.lost_creations import sync_after_search_lag

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
BAD_GATEWAY = (502, {}, {})


def test_task_gets_one_issue_and_its_key_is_stored(
    sync: Sync, make_task: MakeTask, github: FakeGitHub
) -> None:
    task = make_task()

    first, second = sync().status, sync().status

    task.refresh_from_db()
    assert (first, second) == ("connected", "connected")
    assert list(github.issues) == [1]
    assert github.issues[1]["title"] == "Send a Content-Security-Policy"
    assert task.external_ticket_key == "acme/web-app#1"
    link = TicketLink.objects.get(task=task)
    assert (link.state, link.url) == ("linked", "https://github.com/acme/web-app/issues/1")


def test_unchanged_tasks_and_tickets_are_not_synced(
    sync: Sync, make_task: MakeTask, github: FakeGitHub
) -> None:
    task = make_task()
    sync()
    change(task, status="in_progress", priority="low")
    sync()
    github.requests.clear()

    sync()

    run = last_run()
    task.refresh_from_db()
    assert (run.pushed, run.pulled, run.refusals) == (0, 0, [])
    assert [request.method for request in github.requests] == ["GET"] * len(github.requests)
    assert task.status == "in_progress"


def test_task_with_a_ticket_key_gets_no_issue(sync: Sync, make_task: MakeTask, github: FakeGitHub) -> None:
    make_task(external_ticket_key="WEB-7")

    sync()

    assert github.issues == {}


def test_done_tasks_and_tasks_of_dismissed_findings_get_no_issue(
    sync: Sync, make_task: MakeTask, github: FakeGitHub
) -> None:
    dismissed, done = make_task("Dismissed"), make_task("Done")
    Finding.objects.filter(pk=dismissed.finding_id).update(status="dismissed")
    verify(done, verdicts.approve)

    sync()

    assert github.issues == {}


def test_task_changes_are_pushed(sync: Sync, make_task: MakeTask, github: FakeGitHub) -> None:
    task = make_task()
    sync()

    change(
        task,
        title="Send a strict policy",
        status="blocked",
        priority="critical",
        sla_due_at=datetime(2027, 1, 2, 3, 4, tzinfo=UTC),
    )
    sync()

    assert github.issues[1]["title"] == "Send a strict policy"
    assert labels(github) == ["krafter:blocked", "priority:critical"]
    assert "**Due:** 2027-01-02 03:04 UTC" in github.issues[1]["body"]
    assert github.issues[1]["state"] == "open"


def test_approve_closes_the_issue_and_reopen_opens_it(
    sync: Sync, make_task: MakeTask, github: FakeGitHub
) -> None:
    task = make_task()
    sync()

    verify(task, verdicts.approve)
    sync()
    closed = dict(github.issues[1])
    verdicts.reopen(Verification.objects.get(task=task).pk, by=SYSTEM)
    sync()

    assert (closed["state"], closed["state_reason"]) == ("closed", "completed")
    assert (github.issues[1]["state"], github.issues[1]["state_reason"]) == ("open", "reopened")
    assert labels(github) == ["krafter:in_progress", "priority:medium"]
    task.refresh_from_db()
    assert task.status == "in_progress"


def test_missing_permission_for_labels_causes_no_loop(
    sync: Sync, make_task: MakeTask, github: FakeGitHub
) -> None:
    github.keeps_labels = False
    task = make_task()
    sync()
    change(task, status="in_progress")

    sync()
    sync()

    task.refresh_from_db()
    assert task.status == "in_progress"
    assert (last_run().pushed, last_run().pulled) == (0, 0)


def test_title_changed_in_the_ticket_only_is_kept(
    sync: Sync, make_task: MakeTask, github: FakeGitHub
) -> None:
    task = make_task()
    sync()
    github.touch(1, title="CSP, please")

    change(task, status="in_progress")
    sync()

    assert github.issues[1]["title"] == "CSP, please"
    assert last_run().refusals == []


def test_title_whose_update_was_answered_by_an_error_is_no_conflict_at_the_next_change(
    sync: Sync, make_task: MakeTask, github: FakeGitHub, integration: Integration
) -> None:
    task = make_task()
    sync()
    change(task, title="Second")

    def update_and_lose() -> Any:
        github.route(github.requests[-1])
        return BAD_GATEWAY

    for _ in range(3):
        github.next_answer("PATCH", "/issues/1$", update_and_lose)
    failed = sync().status
    sync()
    change(task, title="Third")
    services.request_sync(integration)
    engine.sync(integration.pk)

    assert (failed, github.titles, SyncConflict.objects.count()) == ("error", ["Third"], 0)


def test_title_changed_on_both_sides_is_a_conflict(
    sync: Sync, make_task: MakeTask, github: FakeGitHub
) -> None:
    task = make_task()
    sync()
    github.touch(1, title="CSP, please")
    sync()

    change(task, title="Send a strict policy", status="blocked")
    row = sync()

    task.refresh_from_db()
    assert row.status == "connected"
    assert (github.issues[1]["title"], task.title) == ("CSP, please", "Send a strict policy")
    assert labels(github) == ["krafter:blocked", "priority:medium"]
    (refused,) = last_run().refusals
    assert refused["subject"] == "acme/web-app#1"
    assert "changed on both sides" in refused["reason"]


@pytest.mark.parametrize("hours", [-12, 0, 12])
def test_issue_is_created_once_when_the_response_is_lost(
    sync: Sync, make_task: MakeTask, github: FakeGitHub, hours: int
) -> None:
    github.now += timedelta(hours=hours)  # the clock of the provider
    task = make_task()

    def create_and_lose() -> Any:
        github.create(github.requests[-1].body)
        return BAD_GATEWAY

    github.next_answer("POST", "/issues$", create_and_lose)
    failed = sync().status
    recovered = sync().status

    task.refresh_from_db()
    assert (failed, recovered) == ("error", "connected")
    assert list(github.issues) == [1]
    assert task.external_ticket_key == "acme/web-app#1"


def test_long_title_whose_answer_was_lost_is_no_conflict(
    sync: Sync, make_task: MakeTask, github: FakeGitHub
) -> None:
    task = make_task()
    sync()
    change(task, title="a" * 300)

    def write_and_lose() -> Any:
        github.touch(1, title=github.requests[-1].body["title"])
        return BAD_GATEWAY

    for _ in range(MAX_ATTEMPTS):
        github.next_answer("PATCH", "/issues/1$", write_and_lose)
    failed = sync().status
    recovered = sync().status

    assert (failed, recovered, last_run().refusals) == ("error", "connected", [])
    assert github.issues[1]["title"] == "a" * 256
    assert not SyncConflict.objects.exists()


def test_link_without_an_issue_is_completed_by_the_next_sync(
    sync: Sync, make_task: MakeTask, github: FakeGitHub
) -> None:
    task = make_task()
    github.next_answer("POST", "/issues$", BAD_GATEWAY)
    sync()
    left = TicketLink.objects.get(task=task).state

    sync()

    assert left == "creating"
    assert list(github.issues) == [1]
    assert TicketLink.objects.get(task=task).state == "linked"


UNCLEAR = [
    (301, {"Location": "/elsewhere"}, {}),
    (404, {}, {}),
    (409, {}, {}),
]


@pytest.mark.parametrize("answer", UNCLEAR, ids=[str(answer[0]) for answer in UNCLEAR])
def test_issue_is_created_once_when_a_refusal_does_not_say_that_it_was_not(
    tracker: FakeTracker, project: Project, make_task: MakeTask, answer: Any
) -> None:
    row = services.connect(project, tracker.provider, credentials=tracker.credentials, by=SYSTEM)
    task = make_task()

    def create_and_refuse() -> Any:
        request = tracker.requests[-1]
        tracker.create(request.variables if tracker.provider == "linear" else request.body)
        return answer

    path = "^Create$" if tracker.provider == "linear" else "/issues?$"
    tracker.next_answer("POST", path, create_and_refuse)
    run_sync(row)
    sync_after_search_lag(row)

    task.refresh_from_db()
    link = TicketLink.objects.get()
    assert (len(tracker.issues), link.state, task.external_ticket_key) == (1, "linked", link.key)
    assert Integration.objects.get().status == "connected"


def test_refused_task_does_not_stop_the_others(sync: Sync, make_task: MakeTask, github: FakeGitHub) -> None:
    make_task("One")
    make_task("Two")
    github.next_answer("POST", "/issues$", (422, {}, {"message": "Validation Failed"}))

    row = sync()

    assert row.status == "connected"
    assert [issue["title"] for issue in github.issues.values()] == ["Two"]
    assert [link.task.title for link in TicketLink.objects.all()] == ["Two"]
    assert last_run().refusals == [
        {
            "subject": "One",
            "reason": "GitHub refused the request for acme/web-app/issues (status 422: Validation Failed).",
        }
    ]


def test_echoed_credential_is_redacted_in_the_log(
    sync: Sync, make_task: MakeTask, github: FakeGitHub
) -> None:
    make_task()
    github.next_answer("POST", "/issues$", (422, {}, {"message": f"No: {TOKEN}"}))

    sync()

    assert last_run().refusals[0]["reason"].endswith("(status 422: No: [hidden]).")


def test_deleted_issue_is_logged_and_the_others_are_updated(
    sync: Sync, make_task: MakeTask, github: FakeGitHub
) -> None:
    first, second = make_task("One"), make_task("Two")
    sync()
    del github.issues[1]
    change(first, status="blocked")
    change(second, status="blocked")

    row = sync()

    assert row.status == "connected"
    assert labels(github, 2) == ["krafter:blocked", "priority:medium"]
    assert last_run().refusals[0]["subject"] == "acme/web-app#1"


def test_tasks_get_new_issues_after_a_change_of_repository_and_the_old_ones_after_changing_back(
    sync: Sync, make_task: MakeTask, github: FakeGitHub, project: Project
) -> None:
    task = make_task()
    sync()
    github.switch("acme/shop")
    services.connect(project, "github", credentials={**CREDENTIALS, "repository": "acme/shop"}, by=SYSTEM)
    sync()
    task.refresh_from_db()
    moved = (task.external_ticket_key, len(github.issues))
    github.switch("acme/web-app")
    services.connect(project, "github", credentials=CREDENTIALS, by=SYSTEM)
    sync()

    task.refresh_from_db()
    assert moved == ("acme/shop#1", 1)
    assert (task.external_ticket_key, len(github.issues)) == ("acme/web-app#1", 1)


def test_each_task_gets_one_issue_after_the_repository_was_deleted_and_created_again(
    sync: Sync, make_task: MakeTask, github: FakeGitHub
) -> None:
    old = make_task("Old")
    sync()
    github.issues.clear()
    github.created.clear()
    new = make_task("New")

    statuses = [sync().status, sync().status]

    old.refresh_from_db()
    new.refresh_from_db()
    assert statuses == ["connected", "connected"]
    assert [issue["title"] for issue in github.issues.values()] == ["New", "Old"]
    assert [old.external_ticket_key, new.external_ticket_key] == ["acme/web-app#2", "acme/web-app#1"]


def test_tickets_are_the_same_after_the_repository_was_written_in_another_case(
    sync: Sync, make_task: MakeTask, github: FakeGitHub, project: Project
) -> None:
    task = make_task()
    sync()
    github.repository = "Acme/Web-App"
    services.connect(project, "github", credentials={"repository": github.repository}, by=SYSTEM)

    sync()
    github.move(1, "close")
    sync()

    task.refresh_from_db()
    assert (task.status, task.external_ticket_key, len(github.issues)) == (
        "ready_verify", "Acme/Web-App#1", 1,
    )  # fmt: skip


def test_ticket_of_a_dismissed_finding_is_closed_as_not_fixed_until_it_is_reopened(
    tracker: FakeTracker, project: Project, make_task: MakeTask
) -> None:
    task = make_task()
    row = services.connect(project, tracker.provider, credentials=tracker.credentials, by=SYSTEM)
    states = []
    for decide in (None, "dismissed", None, "triaged", None):
        if decide:
            triage.update(task.finding_id, changes={"status": decide}, by=SYSTEM)
        run_sync(row)
        states.append(TicketLink.objects.get(task=task).last_synced["ticket"]["state"])

    assert states == ["open", "dropped", "dropped", "open", "open"]
    assert (row.status, tracker.complaints) == ("connected", [])


def test_ticket_that_the_vendor_did_not_close_is_reported_and_closed_by_the_next_sync(
    tracker: FakeTracker, project: Project, make_task: MakeTask, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = make_task()
    row = services.connect(project, tracker.provider, credentials=tracker.credentials, by=SYSTEM)
    run_sync(row)
    verify(task, verdicts.approve)
    with monkeypatch.context() as patched:
        patched.setattr(tracker, "write", lambda number, changes: tracker.issues[number])
        run_sync(row)
    ignored = last_run()

    run_sync(row)

    link, closed = TicketLink.objects.get(task=task), last_run()
    assert (ignored.pushed, [refusal["subject"] for refusal in ignored.refusals]) == (0, [link.key])
    assert "did not close" in ignored.refusals[0]["reason"]
    assert (closed.pushed, closed.refusals, link.last_synced["ticket"]["state"]) == (1, [], "closed")


def test_ticket_that_the_vendor_never_closes_waits_for_a_person(
    sync: Sync, make_task: MakeTask, github: FakeGitHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = make_task()
    sync()
    verify(task, verdicts.approve)
    monkeypatch.setattr(conflicts, "MAX_STATE_CHANGES", 2)
    monkeypatch.setattr(github, "write", lambda number, changes: github.issues[number])

    for _ in range(4):
        sync()

    assert len(github.received("PATCH")) == 2
    assert [conflict.field for conflict in SyncConflict.objects.all()] == ["loop"]


def test_issue_that_is_closed_while_a_change_is_sent_is_followed_by_the_next_sync(
    sync: Sync, make_task: MakeTask, github: FakeGitHub
) -> None:
    task = make_task()
    sync()
    change(task, priority="low")

    def close_and_answer() -> Any:
        github.move(1, "close")
        return github.route(github.requests[-1])

    github.next_answer("PATCH", "/issues/1$", close_and_answer)
    seen = []
    for _ in range(2):
        sync()
        task.refresh_from_db()
        seen.append((task.status, github.issues[1]["state"]))

    assert seen == [("backlog", "closed"), ("ready_verify", "closed")]


def test_new_task_of_a_finding_dismissed_during_a_lost_answer_has_a_closed_issue(
    sync: Sync, make_task: MakeTask, github: FakeGitHub
) -> None:
    task = make_task()

    def create_and_lose() -> Any:
        github.route(github.requests[-1])
        return BAD_GATEWAY

    github.next_answer("POST", "/issues$", create_and_lose)
    sync()
    triage.update(task.finding_id, changes={"status": "dismissed"}, by=SYSTEM)
    sync()
    sync()

    assert {number: issue["state_reason"] for number, issue in github.issues.items()} == {1: "not_planned"}
