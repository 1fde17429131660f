"""A worker that loses its lease at any request, to one that syncs meanwhile, doubles nothing and loses nothing."""

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
from tests.unit.integrations.sync.tickets.lost_creations import FIXED, sync_after_search_lag

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


def number_of(tracker: FakeTracker, task: Task) -> Any:
    last = TicketLink.objects.get(task=task).external_id.replace("#", "/").rpartition("/")[2]
    return next(number for number in tracker.issues if str(number) == last)


def test_no_issue_or_comment_is_doubled_and_no_change_lost(
    tracker: FakeTracker, project: Project, make_task: MakeTask, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = services.connect(project, tracker.provider, credentials=tracker.credentials, by=SYSTEM)
    step, is_lost = 0, True
    expected: list[str] = []
    while is_lost:
        step += 1
        renamed, fixed = make_task(f"Renamed {step:02}"), make_task(f"Fixed {step:02}")
        run_sync(row)
        make_task(f"New {step:02}")
        change(renamed, title=f"Title {step:02}")
        tracker.touch(number_of(tracker, fixed), **FIXED[tracker.provider])
        verification = Verification.objects.create(project=project, task=renamed, checks=[FAILED])
        TicketComment.objects.create(link=TicketLink.objects.get(task=renamed), verification=verification)

        is_lost = sync(row, monkeypatch, step)
        for _ in range(2):
            sync_after_search_lag(row)

        expected += [f"{kind} {step:02}" for kind in ("New", "Title", "Fixed")]
        fixed.refresh_from_db()
        assert (tracker.titles, tracker.comment_count) == (sorted(expected), step)
        assert (fixed.status, row.status) == ("ready_verify", "connected")
        # Their pull requests are not searched for by each further sync.
        Task.objects.update(pr_url="https://git.example/pull/1")

    assert step > 8
