"""Tasks that became overdue are logged once."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Project
from events.models import Event
from remediation.services import due_date_events
from remediation.services.due_date_events import log_overdue_tasks
from tests import factories
from tests.factories import Scenario

pytestmark = pytest.mark.django_db


def test_an_overdue_task_is_logged_once(scenario: Scenario):
    task = factories.task(scenario, sla_due_at=timezone.now() - timedelta(hours=1))

    assert (log_overdue_tasks(), log_overdue_tasks()) == (1, 0)
    assert Event.objects.get(name="task.overdue").subject_id == task.pk


def test_tasks_of_an_archived_project_are_logged_when_it_is_restored(scenario: Scenario):
    factories.task(scenario, sla_due_at=timezone.now() - timedelta(hours=1))
    Project.objects.update(archived_at=timezone.now())
    archived = log_overdue_tasks()
    Project.objects.update(archived_at=None)

    assert (archived, log_overdue_tasks()) == (0, 1)


def test_a_call_reads_no_task_of_archived_projects(scenario: Scenario):
    factories.task(scenario, sla_due_at=timezone.now() - timedelta(hours=1))
    Project.objects.update(archived_at=timezone.now())

    with CaptureQueriesContext(connection) as captured:
        log_overdue_tasks()

    # The list of projects; each of their tasks stays unlogged until the project is restored.
    assert len(captured) == 1


def test_a_call_logs_a_limited_number_of_tasks_and_the_next_call_the_rest(
    scenario: Scenario, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(due_date_events, "BATCH_SIZE", 2)
    other, now = factories.scenario(), timezone.now()
    later = [factories.task(scenario, sla_due_at=now - timedelta(hours=hours)) for hours in (2, 1)]
    first = factories.task(other, sla_due_at=now - timedelta(hours=3))

    counts = [log_overdue_tasks() for _ in range(3)]

    events = Event.objects.filter(name="task.overdue").order_by("id")
    assert counts == [2, 1, 0]
    assert list(events.values_list("subject_id", flat=True)) == [first.pk, *(task.pk for task in later)]
