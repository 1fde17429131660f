"""Connected integrations are synced by themselves: spread out, one at a time, and more rarely while one fails."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.actors import SYSTEM
from accounts.models import Project
from integrations import services, timetable
from integrations import sync as engine
from integrations.models import Integration, SyncRun
from krafter_audit.db.models import uuid7
from tests import factories
from tests.integrations.conftest import MakeTask
from tests.integrations.fake_github import FakeGitHub
from tests.integrations.test_sync import Sync

pytestmark = pytest.mark.django_db
NOON = datetime(2027, 3, 1, 12, 0, tzinfo=UTC)


def test_each_integration_has_a_place_of_its_own_in_every_quarter() -> None:
    rows = [Integration(pk=uuid7()) for _ in range(900)]

    slots = [timetable.slot(row, NOON) for row in rows]

    in_first_third = sum(slot < NOON + timedelta(minutes=5) for slot in slots)
    assert all(NOON < slot <= NOON + timetable.EVERY for slot in slots)
    assert 220 < in_first_third < 380
    assert [timetable.slot(row, slot) - slot for row, slot in zip(rows, slots, strict=True)] == [
        timetable.EVERY
    ] * 900


def due(row: Integration) -> None:
    Integration.objects.filter(pk=row.pk).update(next_sync_at=timezone.now())


def test_a_sync_whose_time_has_come_is_carried_out_and_gets_its_next_time(
    integration: Integration, make_task: MakeTask, github: FakeGitHub
) -> None:
    make_task()
    first = integration.next_sync_at
    due(integration)

    started = services.start_due()
    again = services.start_due()
    engine.sync(integration.pk)

    integration.refresh_from_db()
    assert first is not None
    assert (started, again, integration.status, len(github.issues)) == (1, 0, "connected", 1)
    assert integration.next_sync_at == timetable.slot(integration, timezone.now())


def test_nothing_is_started_before_its_time_or_after_disconnecting(
    integration: Integration, project: Project
) -> None:
    early = services.start_due()
    services.disconnect(project, "github", by=SYSTEM)
    Integration.objects.update(next_sync_at=timezone.now())

    assert (early, services.start_due()) == (0, 0)


def test_a_provider_that_is_down_is_left_alone_for_longer_each_time_and_caught_up_with(
    integration: Integration, make_task: MakeTask, github: FakeGitHub
) -> None:
    make_task()
    pauses = []
    for _ in range(8):
        due(integration)
        services.start_due()
        github.next_answer("GET", "/web-app$", (429, {"retry-after": "3600"}, {}))
        engine.sync(integration.pk)
        integration.refresh_from_db()
        pauses.append((integration.next_sync_at or NOON) - timezone.now())
    failed = (integration.status, integration.failures)
    due(integration)
    services.start_due()
    engine.sync(integration.pk)

    integration.refresh_from_db()
    quarters = [round(pause / timetable.EVERY + 0.49) for pause in pauses]
    assert all(small <= large for small, large in zip(quarters, quarters[1:], strict=False))
    assert timedelta(hours=5, minutes=44) < pauses[-1] <= timetable.LONGEST_PAUSE
    assert failed == ("error", 8)
    assert (integration.status, integration.failures, len(github.issues)) == ("connected", 0, 1)


def test_what_is_pending_alone_does_not_move_the_next_time(
    sync: Sync, integration: Integration, make_task: MakeTask
) -> None:
    sync()
    integration.refresh_from_db()
    before, runs = integration.next_sync_at, SyncRun.objects.count()

    services.wake(integration)
    engine.sync(integration.pk)

    integration.refresh_from_db()
    assert (integration.next_sync_at, SyncRun.objects.count()) == (before, runs + 1)


def test_the_next_time_is_shown() -> None:
    scenario = factories.scenario()
    services.connect(scenario.project, "github", credentials={"token": "x"}, by=SYSTEM)

    shown: dict[str, Any] = scenario.client.ask("get", "integrations/github/schedule").json()["data"]

    assert list(shown) == ["provider", "status", "last_sync_at", "next_sync_at", "failures", "last_error"]
    assert shown["next_sync_at"] is not None
    assert scenario.client.ask("get", "integrations/jira/schedule").status_code == 404
