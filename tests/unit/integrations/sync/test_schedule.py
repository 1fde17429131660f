"""Connected integrations are synced on a schedule, less often while they fail."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.actors import SYSTEM
from accounts.models import Project
from integrations import services
from integrations.models import Integration, SyncRun
from integrations.sync import engine, schedule
from krafter_audit.db.models import uuid7
from tests import factories
from tests.fakes.trackers.github import FakeGitHub
from tests.unit.integrations.conftest import MakeTask, Sync

pytestmark = pytest.mark.django_db
NOON = datetime(2027, 3, 1, 12, 0, tzinfo=UTC)


def test_integrations_are_spread_over_the_interval() -> None:
    rows = [Integration(pk=uuid7()) for _ in range(900)]

    slots = [schedule.next_slot(row, NOON) for row in rows]

    in_first_third = sum(slot < NOON + timedelta(minutes=5) for slot in slots)
    assert all(NOON < slot <= NOON + schedule.INTERVAL for slot in slots)
    assert 220 < in_first_third < 380
    assert [schedule.next_slot(row, slot) - slot for row, slot in zip(rows, slots, strict=True)] == [
        schedule.INTERVAL
    ] * 900


def make_due(row: Integration) -> None:
    Integration.objects.filter(pk=row.pk).update(next_sync_at=timezone.now())


def test_due_sync_is_started_once_and_rescheduled(
    integration: Integration, make_task: MakeTask, github: FakeGitHub
) -> None:
    make_task()
    first = integration.next_sync_at
    make_due(integration)

    started = services.start_due_syncs()
    again = services.start_due_syncs()
    engine.sync(integration.pk)

    integration.refresh_from_db()
    assert first is not None
    assert (started, again, integration.status, len(github.issues)) == (1, 0, "connected", 1)
    assert integration.next_sync_at == schedule.next_slot(integration, timezone.now())


def test_sync_is_not_started_early_or_after_disconnecting(integration: Integration, project: Project) -> None:
    early = services.start_due_syncs()
    services.disconnect(project, "github", by=SYSTEM)
    Integration.objects.update(next_sync_at=timezone.now())

    assert (early, services.start_due_syncs()) == (0, 0)


@pytest.mark.slow
def test_pause_grows_with_each_failure(
    integration: Integration, make_task: MakeTask, github: FakeGitHub
) -> None:
    make_task()
    pauses = []
    for _ in range(8):
        make_due(integration)
        services.start_due_syncs()
        github.next_answer("GET", "/web-app$", (429, {"retry-after": "3600"}, {}))
        engine.sync(integration.pk)
        integration.refresh_from_db()
        pauses.append((integration.next_sync_at or NOON) - timezone.now())
    failed = (integration.status, integration.failures)
    make_due(integration)
    services.start_due_syncs()
    engine.sync(integration.pk)

    integration.refresh_from_db()
    intervals = [round(pause / schedule.INTERVAL + 0.49) for pause in pauses]
    assert all(small <= large for small, large in zip(intervals, intervals[1:], strict=False))
    assert timedelta(hours=5, minutes=44) < pauses[-1] <= schedule.MAX_PAUSE
    assert failed == ("error", 8)
    assert (integration.status, integration.failures, len(github.issues)) == ("connected", 0, 1)


def test_requested_sync_does_not_change_the_schedule(
    sync: Sync, integration: Integration, make_task: MakeTask
) -> None:
    sync()
    integration.refresh_from_db()
    before, runs = integration.next_sync_at, SyncRun.objects.count()

    services.request_sync(integration)
    engine.sync(integration.pk)

    integration.refresh_from_db()
    assert (integration.next_sync_at, SyncRun.objects.count()) == (before, runs + 1)


def test_schedule_is_shown() -> None:
    scenario = factories.scenario()
    services.connect(scenario.project, "github", credentials={"token": "x"}, by=SYSTEM)

    shown: dict[str, Any] = scenario.client.call("get", "integrations/github/schedule").json()["data"]

    assert list(shown) == ["provider", "status", "last_sync_at", "next_sync_at", "failures", "last_error"]
    assert shown["next_sync_at"] is not None
    assert scenario.client.call("get", "integrations/jira/schedule").status_code == 404
