"""A person extends a due date, with a reason."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from events.models import Event
from krafter_audit.api.errors import InvalidParams
from remediation.errors import NoDueDate, TaskDone
from remediation.models import Task
from remediation.services import tasks, verdicts
from remediation.services.extensions import extend
from remediation.sla.models import SlaExtension, SlaPause
from tests import factories
from tests.factories import Scenario
from tests.unit.remediation.sla.clock_scenarios import HOUR, OFFICE, PAUSING, set_policy, set_status

pytestmark = pytest.mark.django_db
FRIDAY = datetime(2026, 11, 27, 9, tzinfo=UTC)  # 10:00 in Vienna


def test_hours_are_added_to_the_due_date(scenario: Scenario):
    task = factories.task(scenario)

    extend(task.pk, hours=8, reason="The vendor is late.", by=scenario.actor)

    before, task = task.sla_due_at, Task.objects.get()
    assert before is not None
    assert (task.sla_due_at, task.sla_from_policy) == (before + 8 * HOUR, True)
    extension = SlaExtension.objects.get()
    assert (extension.amount, extension.extended_by_id) == (8 * HOUR, scenario.owner.pk)
    event = Event.objects.get(name="task.due_date_moved")
    assert (event.data["cause"], event.data["reason"], event.data["seconds"]) == (
        "extended", "The vendor is late.", 28_800,
    )  # fmt: skip


def test_hours_are_business_hours(scenario: Scenario):
    set_policy(scenario, OFFICE)
    with time_machine.travel(FRIDAY, tick=False):
        task = factories.task(scenario)  # 16 hours: Tuesday 10:00 in Vienna
        extend(task.pk, hours=8, reason="more", by=scenario.actor)

    task.refresh_from_db()
    assert task.sla_due_at == datetime(2026, 12, 2, 9, tzinfo=UTC)


def test_a_later_due_date_is_set_as_it_is(scenario: Scenario):
    set_policy(scenario, OFFICE)
    sunday = datetime(2026, 12, 6, 12, tzinfo=UTC)
    with time_machine.travel(FRIDAY, tick=False):
        extend(factories.task(scenario).pk, due_at=sunday, reason="more", by=scenario.actor)

    assert Task.objects.get().sla_due_at == sunday
    assert SlaExtension.objects.get().amount == 31 * HOUR  # Tuesday from 10:00, then three days


def test_a_paused_clock_gets_more_time(scenario: Scenario):
    set_policy(scenario, PAUSING)
    with time_machine.travel(FRIDAY, tick=False) as clock:
        task = factories.task(scenario)
        for status in ("blocked", "in_progress", "blocked"):
            set_status(scenario, task, status)
        extend(task.pk, hours=5, reason="more", by=scenario.actor)
        pause = SlaPause.objects.get(ended_at=None)
        assert (Task.objects.get().sla_due_at, pause.left) == (None, 77 * HOUR)
        clock.shift(HOUR)
        set_status(scenario, task, "in_progress")

    assert Task.objects.get().sla_due_at == FRIDAY + 78 * HOUR


@pytest.mark.parametrize(
    "values",
    [
        {"due_at": FRIDAY + 71 * HOUR},
        {"due_at": FRIDAY + timedelta(days=366 * 11)},
        {"hours": 24 * 366 * 11},
    ],
    ids=["not later", "too late", "too many hours"],
)
def test_a_date_that_is_not_later_or_too_late_is_refused(scenario: Scenario, values: dict[str, Any]):
    with time_machine.travel(FRIDAY, tick=False):
        task = factories.task(scenario)
        with pytest.raises(InvalidParams):
            extend(task.pk, reason="more", by=scenario.actor, **values)

    assert (Task.objects.get().sla_due_at, SlaExtension.objects.count()) == (task.sla_due_at, 0)


def test_an_extension_must_reach_the_future(scenario: Scenario):
    with time_machine.travel(FRIDAY, tick=False) as clock:
        task = factories.task(scenario)
        clock.shift(100 * HOUR)

        with pytest.raises(InvalidParams):
            extend(task.pk, hours=1, reason="more", by=scenario.actor)
        extend(task.pk, hours=48, reason="more", by=scenario.actor)

    assert Task.objects.get().sla_due_at == FRIDAY + 120 * HOUR


def test_a_paused_clock_has_no_date_to_extend(scenario: Scenario):
    set_policy(scenario, PAUSING)
    task = factories.task(scenario)
    set_status(scenario, task, "blocked")

    with pytest.raises(InvalidParams):
        extend(task.pk, due_at=datetime(2030, 1, 1, tzinfo=UTC), reason="more", by=scenario.actor)


def test_no_due_date_and_done_tasks_are_refused(scenario: Scenario):
    without = factories.task(scenario, sla_due_at=None)
    verification = factories.verification(scenario)
    verdicts.approve(verification.pk, by=scenario.actor)

    set_policy(scenario, PAUSING)
    removed = factories.task(scenario)
    set_status(scenario, removed, "blocked")
    for date in (datetime(2030, 1, 1, tzinfo=UTC), None):
        tasks.update(removed.pk, changes={"sla_due_at": date}, by=scenario.actor)

    for task in (without, removed):
        with pytest.raises(NoDueDate):
            extend(task.pk, hours=1, reason="more", by=scenario.actor)
    with pytest.raises(TaskDone):
        extend(verification.task_id, hours=1, reason="more", by=scenario.actor)
    assert not SlaExtension.objects.exists()
