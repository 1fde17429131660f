"""Changes of tasks by people, and dismissals, start a sync at once; what a sync has read does not."""

from collections.abc import Callable

import pytest

from accounts.actors import SYSTEM, Actor
from findings.services import triage
from integrations import jobs, services
from integrations.models import Integration
from remediation.services import extensions, tasks
from tests.fakes.trackers.github import FakeGitHub
from tests.unit.integrations.conftest import MakeTask, Sync
from tests.unit.integrations.sync.scenario import change, labels

pytestmark = pytest.mark.django_db


def is_requested(integration: Integration) -> bool:
    """Process the events, and return whether they have requested a sync."""
    jobs.process_events()
    integration.refresh_from_db()
    return integration.status == Integration.Status.SYNCING


def test_new_and_changed_tasks_are_sent(
    make_task: MakeTask, github: FakeGitHub, integration: Integration, sync_events: Callable[[], None]
) -> None:
    task = make_task("First")
    sync_events()
    created = github.titles
    change(task, title="Second", status="in_progress")
    sync_events()

    assert (created, github.titles) == (["First"], ["Second"])
    assert "krafter:in_progress" in labels(github)


def test_change_that_a_sync_has_read_requests_no_sync(
    sync: Sync, make_task: MakeTask, integration: Integration
) -> None:
    task = make_task()
    sync()
    before = is_requested(integration)
    sync()

    tasks.update(task.pk, changes={"title": "From the ticket"}, by=Actor("integration"))

    assert (before, is_requested(integration)) == (True, False)


@pytest.mark.slow
def test_dismissal_and_its_end_are_sent(
    make_task: MakeTask, github: FakeGitHub, integration: Integration, sync_events: Callable[[], None]
) -> None:
    task = make_task()
    sync_events()

    states = []
    for status in ("dismissed", "triaged"):
        triage.update(task.finding_id, changes={"status": status}, by=SYSTEM)
        sync_events()
        states.append((github.issues[1]["state"], github.issues[1]["state_reason"]))

    assert states == [("closed", "not_planned"), ("open", "reopened")]


def test_extended_due_date_is_sent(
    make_task: MakeTask, github: FakeGitHub, integration: Integration, sync_events: Callable[[], None]
) -> None:
    task = make_task()
    sync_events()

    due = extensions.extend(task.pk, hours=48, reason="The vendor delivers it.", by=SYSTEM).due_after
    requested = is_requested(integration)
    sync_events()

    assert requested
    assert f"**Due:** {due:%Y-%m-%d %H:%M} UTC" in github.issues[1]["body"]


def test_other_change_of_a_finding_requests_no_sync(
    sync: Sync, make_task: MakeTask, integration: Integration
) -> None:
    task = make_task()
    sync()
    is_requested(integration)
    sync()

    triage.update(task.finding_id, changes={"severity": "low", "status": "triaged"}, by=SYSTEM)

    assert not is_requested(integration)


def test_disconnected_tracker_is_not_synced(make_task: MakeTask, integration: Integration) -> None:
    services.disconnect(integration.project, "github", by=SYSTEM)

    make_task()

    assert not is_requested(integration)
