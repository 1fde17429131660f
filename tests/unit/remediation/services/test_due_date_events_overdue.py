"""Tasks that became overdue are logged once."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Project
from events.models import Event
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
