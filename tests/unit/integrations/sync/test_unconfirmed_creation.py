"""A ticket whose creation the tracker does not confirm is created once, and the sync ends."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.actors import SYSTEM
from accounts.models import Project
from integrations import jobs, services
from integrations.models import Integration, TicketLink
from integrations.providers.registry import PROVIDER_CLASSES
from integrations.sync import engine
from tests.fakes.tracker import FakeTracker
from tests.fakes.vendor_server import RawAnswer, Request
from tests.unit.integrations.conftest import MakeTask

pytestmark = pytest.mark.django_db
CUT = RawAnswer(
    b'HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n{"id": '
)


FAULTS: dict[str, Callable[[Any], Any]] = {
    "status 500": lambda answer: (500, {}, {"message": "Sorry"}),
    "cut": lambda answer: CUT,
    "no id": lambda answer: (201, {}, {}),
}


def fail_creations(
    tracker: FakeTracker, fault: Callable[[Any], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Create each ticket, and answer with the fault."""
    route = tracker.route

    def answer(request: Request) -> Any:
        known = len(tracker.issues)
        answered = route(request)
        return fault(answered) if len(tracker.issues) > known else answered

    monkeypatch.setattr(tracker, "route", answer)


def run_to_the_end(row: Integration) -> int:
    """Run the job, each time when it is due, until the sync ends; return how many times."""
    lag = timedelta(seconds=PROVIDER_CLASSES[row.provider].search_lag + 1)
    for number in range(1, 20):
        jobs.run_sync(str(row.pk))
        row.refresh_from_db()
        if row.status != "syncing":
            return number
        Integration.objects.update(not_before=timezone.now())
        TicketLink.objects.filter(state="creating").update(updated_at=timezone.now() - lag)
    return 0


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS)
def test_ticket_whose_creation_is_not_confirmed_is_created_once(
    project: Project, tracker: FakeTracker, make_task: MakeTask, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    row = services.connect(project, tracker.provider, credentials=tracker.credentials, by=SYSTEM)
    make_task("Task 01")
    fail_creations(tracker, FAULTS[fault], monkeypatch)

    services.sync_now(project, tracker.provider, by=SYSTEM)
    runs_at_first = run_to_the_end(row)
    is_unsettled = TicketLink.objects.get().state == "creating"
    says_why = row.status == "error" and row.last_error != ""
    TicketLink.objects.filter(state="creating").update(updated_at=timezone.now() - timedelta(hours=1))
    services.sync_now(project, tracker.provider, by=SYSTEM)
    runs_at_second = run_to_the_end(row)

    assert 1 <= runs_at_first <= engine.MAX_ATTEMPTS
    assert is_unsettled == says_why
    assert (runs_at_second, row.status, tracker.titles) == (1, "connected", ["Task 01"])
    assert TicketLink.objects.get().state == "linked"
