"""A worker that is killed before or after any request creates no ticket twice and loses none."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.actors import SYSTEM
from accounts.models import Project
from integrations import services
from integrations.models import Integration, TicketLink
from integrations.providers.registry import PROVIDER_CLASSES
from integrations.sync import engine
from krafter_audit.http.client import Client
from tests.fakes.tracker import FakeTracker
from tests.processes import Killed
from tests.unit.integrations.conftest import MakeTask

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def row(project: Project, tracker: FakeTracker) -> Integration:
    return services.connect(project, tracker.provider, credentials=tracker.credentials, by=SYSTEM)


def sync(row: Integration, monkeypatch: pytest.MonkeyPatch, kill_at: int = 0, *, sent: bool = True) -> bool:
    """Run a sync; return whether it was killed at a request, before or after it was sent."""
    count = 0
    really = Client.request

    def request(self: Client, *args: Any, **options: Any) -> Any:
        nonlocal count
        count += 1
        if count == kill_at and not sent:
            raise Killed
        answer = really(self, *args, **options)
        if count == kill_at:
            raise Killed
        return answer

    services.sync_now(row.project, row.provider, by=SYSTEM)
    with monkeypatch.context() as patch:
        patch.setattr(Client, "request", request)
        try:
            engine.sync(row.pk)
        except Killed:
            an_hour_ago = timezone.now() - timedelta(hours=1)
            Integration.objects.filter(pk=row.pk).update(lease_until=an_hour_ago)
            TicketLink.objects.filter(state="creating").update(updated_at=an_hour_ago)
            return True
    return False


def test_worker_killed_at_any_request_creates_no_ticket_twice(
    row: Integration,
    tracker: FakeTracker,
    project: Project,
    make_task: MakeTask,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    step, killed = 0, True
    while killed:
        step += 1
        task = make_task(f"Task {step:02}")
        # At GitLab before each request is sent, at the others after it was answered.
        killed = sync(row, monkeypatch, kill_at=step, sent=tracker.provider != "gitlab")
        sync(row, monkeypatch)
        task.refresh_from_db()
        assert task.external_ticket_key

    assert step > 3
    assert tracker.titles == [f"Task {number:02}" for number in range(1, step + 1)]
    assert set(TicketLink.objects.values_list("state", flat=True)) == {"linked"}


def test_ticket_that_the_search_may_not_show_yet_is_not_created_again(
    row: Integration, tracker: FakeTracker, make_task: MakeTask, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = make_task("Task 01")
    TicketLink.objects.create(integration=row, task=task)
    lag = PROVIDER_CLASSES[tracker.provider].search_lag  # type: ignore[attr-defined]  # a tracker

    sync(row, monkeypatch)
    immediately, waits = tracker.titles, Integration.objects.get(pk=row.pk).status == "syncing"
    Integration.objects.update(not_before=timezone.now())
    TicketLink.objects.update(updated_at=timezone.now() - timedelta(seconds=lag))
    sync(row, monkeypatch)

    assert (immediately, waits) == (([], True) if lag else (["Task 01"], False))
    assert tracker.titles == ["Task 01"]
