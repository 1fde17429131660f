"""A status changes by its transition table, and by nothing else."""

from collections.abc import Callable

import pytest
from django.apps import apps
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext

from findings.models import Finding, Regression
from krafter_audit.db.transitions import InvalidTransition, ProtectedStatus, StatusField, StatusTransitions
from remediation.models import Task, Verification
from tests import factories
from tests.factories import Scenario

pytestmark = pytest.mark.django_db


def test_apply_saves_status_changes_and_time_by_one_update(scenario: Scenario):
    task = factories.task(scenario)
    before = task.updated_at

    with CaptureQueriesContext(connection) as captured:
        Task.transitions.apply(task, "in_progress", title="Begun")

    assert len(captured) == 1
    row = Task.objects.get(pk=task.pk)
    assert (row.status, row.title, row.updated_at) == ("in_progress", "Begun", task.updated_at)
    assert row.updated_at > before


def test_apply_rejects_a_transition_outside_of_the_table_and_changes_nothing(scenario: Scenario):
    finding = factories.finding(scenario, status="resolved")

    with pytest.raises(InvalidTransition, match=r"findings.Finding.status: resolved → triaged"):
        Finding.transitions.apply(finding, "triaged", title="Changed")

    assert (finding.status, finding.title) == ("resolved", Finding.objects.get().title)
    assert Finding.objects.get().status == "resolved"


def test_status_is_kept_by_a_repeated_change(scenario: Scenario):
    finding = factories.finding(scenario, status="resolved")

    Finding.transitions.apply(finding, "resolved", title="Changed")

    row = Finding.objects.get()
    assert (row.status, row.title) == ("resolved", "Changed")


def test_apply_to_a_deleted_row_is_an_error(scenario: Scenario):
    task = factories.task(scenario)
    Task.objects.all().delete()

    with pytest.raises(DatabaseError):
        Task.transitions.apply(task, "in_progress")


def test_update_changes_the_rows_that_have_the_starting_status(scenario: Scenario):
    started, waiting = factories.task(scenario, status="in_progress"), factories.task(scenario)

    changed = Task.transitions.update(Task.objects.all(), "in_progress", "blocked", title="Stopped")

    assert changed == 1
    assert list(Task.objects.order_by("created_at").values_list("pk", "status", "title")) == [
        (started.pk, "blocked", "Stopped"),
        (waiting.pk, "backlog", waiting.title),
    ]
    assert Task.objects.get(pk=started.pk).updated_at > started.updated_at


def test_update_rejects_a_transition_that_is_invalid_for_one_start_status(scenario: Scenario):
    factories.finding(scenario)

    with pytest.raises(InvalidTransition):
        Finding.transitions.update(Finding.objects.all(), {"new", "resolved"}, "triaged")

    assert Finding.objects.get().status == "new"


def test_apply_all_changes_rows_and_instances_by_one_update(scenario: Scenario):
    other = factories.task(scenario)
    tasks = [factories.task(scenario), factories.task(scenario, status="blocked")]

    with CaptureQueriesContext(connection) as captured:
        Task.transitions.apply_all(tasks, "in_progress")

    assert len(captured) == 1
    assert [task.status for task in tasks] == ["in_progress", "in_progress"]
    stored = dict(Task.objects.values_list("pk", "status"))
    assert stored == {other.pk: "backlog", **dict.fromkeys((task.pk for task in tasks), "in_progress")}


def assign(task: Task) -> None:
    task.status = "done"


def set_by_name(task: Task) -> None:
    setattr(task, "status", "done")  # noqa: B010


@pytest.mark.parametrize("change", [assign, set_by_name])
def test_a_status_refuses_assignment(scenario: Scenario, change: Callable[[Task], None]):
    task = Task.objects.get(pk=factories.task(scenario).pk)

    with pytest.raises(ProtectedStatus, match="StatusTransitions"):
        change(task)

    assert task.status == "backlog"


def test_a_status_is_set_by_construction_and_reloaded_from_the_database(scenario: Scenario):
    task = factories.task(scenario)
    Task.objects.filter(pk=task.pk).update(status="blocked")

    loaded = Task.objects.defer("status").get(pk=task.pk)
    task.refresh_from_db()

    assert (Task(status="done").status, loaded.status, task.status) == ("done", "blocked", "blocked")
    with pytest.raises(ProtectedStatus):
        task.status = "done"


def test_every_model_with_transitions_protects_the_field() -> None:
    models = [model for model in apps.get_models() if hasattr(model, "transitions")]

    assert {Finding, Regression, Task, Verification} < set(models)
    for model in models:
        table = model.transitions
        field = model._meta.get_field(table.field)
        assert isinstance(table, StatusTransitions)
        assert isinstance(field, StatusField)
        assert set(table.table) == set(dict(field.choices))
        assert set().union(*table.table.values()) <= set(table.table)


def test_every_protected_field_has_transitions() -> None:
    fields = {
        (model, field.name)
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, StatusField)
    }

    assert fields == {(model, model.transitions.field) for model, _ in fields}
