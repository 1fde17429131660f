"""A worker that loses its lease at any request, to one that syncs meanwhile, doubles nothing and loses nothing."""

import itertools
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.actors import SYSTEM
from accounts.models import Project
from integrations import services
from integrations.models import Integration, TicketComment, TicketLink
from integrations.sync import engine
from krafter_audit.http.client import Client
from remediation.models import Task, Verification
from tests.fakes.tracker import FakeTracker
from tests.unit.integrations.conftest import MakeTask, run_sync
from tests.unit.integrations.sync.scenario import change
from tests.unit.integrations.sync.tickets.lost_creations import sync_after_search_lag

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
FAILED = {"key": "security_header_csp", "before": "failed", "after": "failed", "status": "failed"}


def sync(row: Integration, monkeypatch: pytest.MonkeyPatch, lost_at: int) -> bool:
    """Run a sync; return whether another worker took over while a request was answered late."""
    count = 0
    really = Client.request

    def request(self: Client, *args: Any, **options: Any) -> Any:
        nonlocal count
        count += 1
        is_lost = count == lost_at
        answer = really(self, *args, **options)
        if is_lost:
            Integration.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
            engine.sync(row.pk)
        return answer

    services.sync_now(row.project, row.provider, by=SYSTEM)
    with monkeypatch.context() as patch:
        patch.setattr(Client, "request", request)
        engine.sync(row.pk)
    return count >= lost_at


def test_no_issue_or_comment_is_doubled_and_no_change_lost(
    tracker: FakeTracker, project: Project, make_task: MakeTask, monkeypatch: pytest.MonkeyPatch
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

        is_lost = sync(row, monkeypatch, step)
        for _ in range(2):
            sync_after_search_lag(row)

        followed.refresh_from_db()
        assert (tracker.titles, tracker.comment_count) == (["Followed", *created, f"Title {step:02}"], step)
        assert (followed.status, row.status) == (status, "connected")
        # Their pull requests are not searched for by each further sync.
        Task.objects.update(pr_url="https://git.example/pull/1")

    assert step > 8
