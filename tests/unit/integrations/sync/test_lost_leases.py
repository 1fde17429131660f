"""A worker that loses its lease at any request, to one that syncs meanwhile, doubles nothing and loses nothing."""

import itertools
from typing import Any

import pytest

from accounts.actors import SYSTEM
from accounts.models import Project
from integrations import services
from integrations.models import Integration, SyncConflict, SyncRun, TicketComment, TicketLink
from integrations.sync import engine
from krafter_audit.http.client import Client
from remediation.models import Task, Verification
from tests.fakes.tracker import FakeTracker
from tests.unit.integrations.conftest import MakeTask, run_sync
from tests.unit.integrations.sync.paused_worker import sync_paused, take_over
from tests.unit.integrations.sync.scenario import change
from tests.unit.integrations.sync.tickets.lost_creations import sync_after_search_lag

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
FAILED = {"key": "security_header_csp", "before": "failed", "after": "failed", "status": "failed"}


def sync(row: Integration, monkeypatch: pytest.MonkeyPatch, lost_at: int, *, is_paused: bool) -> bool:
    """Run a sync; return whether another worker took over before a request was sent, or while it was answered."""
    count = 0
    really = Client.request

    def request(self: Client, *args: Any, **options: Any) -> Any:
        nonlocal count
        count += 1
        is_lost = count == lost_at
        if is_lost and is_paused:
            take_over(row)
        answer = really(self, *args, **options)
        if is_lost and not is_paused:
            take_over(row)
        return answer

    services.sync_now(row.project, row.provider, by=SYSTEM)
    with monkeypatch.context() as patch:
        patch.setattr(Client, "request", request)
        engine.sync(row.pk)
    return count >= lost_at


@pytest.mark.parametrize("is_paused", [False, True])
def test_no_issue_or_comment_is_doubled_and_no_change_lost(
    tracker: FakeTracker,
    project: Project,
    make_task: MakeTask,
    monkeypatch: pytest.MonkeyPatch,
    is_paused: bool,
) -> None:
    row = services.connect(project, tracker.provider, credentials=tracker.credentials, by=SYSTEM)
    renamed, followed = make_task("Renamed"), make_task("Followed")
    run_sync(row)
    number = tracker.number_of(TicketLink.objects.get(task=followed).external_id)
    moves = itertools.cycle([("close", "ready_verify"), ("reopen", "in_progress")])
    step, is_lost = 0, True
    created: list[str] = []
    while is_lost:
        step += 1
        created.append(make_task(f"New {step:02}").title)
        change(renamed, title=f"Title {step:02}")
        move, status = next(moves)
        tracker.move(number, move)
        verification = Verification.objects.create(project=project, task=renamed, checks=[FAILED])
        TicketComment.objects.create(link=TicketLink.objects.get(task=renamed), verification=verification)
        TicketLink.objects.update(state_changes=[])  # so that none is halted

        is_lost = sync(row, monkeypatch, step, is_paused=is_paused)
        for _ in range(2):
            sync_after_search_lag(row)

        followed.refresh_from_db()
        linked = {tracker.number_of(link.external_id) for link in TicketLink.objects.all()}
        titles = sorted(tracker.title_of(tracker.issues[number]) for number in linked)
        assert titles == ["Followed", *created, f"Title {step:02}"]
        others = [issue for number, issue in tracker.issues.items() if number not in linked]
        assert [issue for issue in others if not tracker.is_closed(issue)] == []
        assert str(tracker.comments).count("checks failed") == step
        assert (followed.status, row.status) == (status, "connected")
        # Their pull requests are not searched for by each further sync.
        Task.objects.update(pr_url="https://git.example/pull/1")

    assert step > 8


def test_older_values_that_a_paused_worker_sends_are_overwritten_by_the_next_sync(
    tracker: FakeTracker, project: Project, make_task: MakeTask, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = services.connect(project, tracker.provider, credentials=tracker.credentials, by=SYSTEM)
    task = make_task()
    run_sync(row)
    change(task, title="Second title")
    update = r"^(PATCH|PUT) \S+/issues?/|mutation Update\b"

    sync_paused(row, monkeypatch, update, meanwhile=lambda: change(task, title="Third title"))
    sent_late = tracker.titles
    sync_after_search_lag(row)

    assert (sent_late, tracker.titles) == (["Second title"], ["Third title"])
    assert SyncConflict.objects.count() == 0


def test_log_names_why_a_run_was_interrupted(
    tracker: FakeTracker, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = services.connect(project, tracker.provider, credentials=tracker.credentials, by=SYSTEM)

    sync_paused(row, monkeypatch, "")
    first = SyncRun.objects.order_by("started_at").first()

    assert first is not None
    assert (first.outcome, first.error) == (
        "interrupted",
        "Another worker has taken over the sync, since this one did not extend its lease.",
    )


def test_log_names_new_credentials_as_the_cause_of_an_interruption(
    tracker: FakeTracker, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = services.connect(project, tracker.provider, credentials=tracker.credentials, by=SYSTEM)

    def replace() -> None:
        services.connect(project, tracker.provider, credentials=tracker.credentials, by=SYSTEM)
        services.sync_now(project, tracker.provider, by=SYSTEM)

    sync_paused(row, monkeypatch, "", meanwhile=replace)
    first = SyncRun.objects.order_by("started_at").first()

    assert first is not None
    assert (first.outcome, first.error) == (
        "interrupted",
        "The connection was changed while the sync was running.",
    )
