"""Deletion of rows that others refer to."""

from typing import Any

from django.utils import timezone

from remediation.models import Task
from tests import factories
from tests.factories import Scenario


def test_task_of_a_deleted_owner_is_updated_then(scenario: Scenario, time_machine: Any):
    time_machine.move_to("2026-11-20T12:00:00Z", tick=False)
    person = factories.scenario().owner
    task = factories.task(scenario, owner_id=person.pk)
    time_machine.move_to("2026-11-21T12:00:00Z", tick=False)
    person.delete()

    assert Task.objects.values("owner_id", "updated_at").get(pk=task.pk) == {
        "owner_id": None, "updated_at": timezone.now(),
    }  # fmt: skip
