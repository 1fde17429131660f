"""Recent activity has a line for what happened, however many rows it changed; the feed has every event."""

import pytest

from events.activity import due_dates_in_words, recent
from events.log import log_event, log_events
from events.models import Event
from tests import factories
from tests.factories import Scenario

pytestmark = pytest.mark.django_db


def test_new_policy_is_one_line_and_a_date_that_a_person_moves_another(scenario: Scenario) -> None:
    tasks = [factories.task(scenario) for _ in range(3)]
    first = Event.objects.count()
    moves = [(task.pk, {"cause": "policy"}) for task in tasks]
    log_events(
        "task.due_date_moved", scenario.project, [(tasks[0].pk, {"cause": "extended"})], by=scenario.actor
    )
    log_events("task.due_date_moved", scenario.project, moves, by=scenario.actor)
    log_event("policy.due_dates_recalculated", tasks[0], by=scenario.actor, moved=3, overdue_at_once=1)

    lines = recent(Event.objects.all(), 2)

    assert [(line.event.name, line.count, line.sentence) for line in lines] == [
        (
            "policy.due_dates_recalculated",
            1,
            "The due dates of 3 tasks moved, 1 task is overdue at once: the policy changed",
        ),
        ("task.due_date_moved", 1, ""),
    ]
    assert Event.objects.count() == first + 5


def test_events_of_one_kind_that_follow_each_other_are_a_line(
    scenario: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [factories.finding(scenario).pk for _ in range(2)]
    for name, number in (("finding.updated", 2), ("task.created", 1), ("finding.updated", 2)):
        log_events(name, scenario.project, [(pk, {}) for pk in ids[:number]], by=scenario.actor)
    monkeypatch.setattr("events.activity.MAX_EVENTS_READ", 4)

    lines = recent(Event.objects.all(), 9)

    assert [(line.event.name, line.count, line.is_cut) for line in lines] == [
        ("finding.updated", 2, False),
        ("task.created", 1, False),
        ("finding.updated", 1, True),
    ]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({}, "No due date moved: the policy changed"),
        ({"moved": 1}, "The due date of 1 task moved: the policy changed"),
        (
            {"moved": 1312, "added": 2},
            "The due dates of 1,312 tasks moved, 2 tasks got a due date: the policy changed",
        ),
    ],
)
def test_due_dates_of_a_policy_in_words(data: dict[str, int], sentence: str) -> None:
    event = Event(name="policy.due_dates_recalculated", data=data)

    assert due_dates_in_words(event) == sentence
