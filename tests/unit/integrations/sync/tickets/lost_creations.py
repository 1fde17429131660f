"""Tickets whose creation was not confirmed."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from integrations.models import Integration, TicketLink
from integrations.sync import engine
from tests.fakes.tracker import FakeTracker
from tests.unit.integrations.conftest import run_sync

BAD_GATEWAY = (502, {}, {})


def sync_after_search_lag(row: Integration) -> None:
    """Run the next sync after the vendor's search shows what was created, if it waits."""
    an_hour_ago = timezone.now() - timedelta(hours=1)
    TicketLink.objects.filter(state="creating").update(updated_at=an_hour_ago)
    Integration.objects.update(not_before=an_hour_ago)
    row.refresh_from_db()
    if row.status == "syncing":
        engine.sync(row.pk)
    else:
        run_sync(row)


def lose_creation(tracker: FakeTracker) -> None:
    """Create the next issue, answer with an error, and answer Linear's look-up with one, too."""

    def create_and_lose() -> Any:
        request = tracker.requests[-1]
        tracker.create(request.variables if tracker.provider == "linear" else request.body)
        return BAD_GATEWAY

    is_linear = tracker.provider == "linear"
    tracker.next_answer("POST", "^Create$" if is_linear else "/issues?$", create_and_lose)
    for _ in range(3 if is_linear else 0):
        tracker.next_answer("POST", "^Issue$", BAD_GATEWAY)
