"""Moves from one status to another that are written together."""

from collections.abc import Callable

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from krafter_audit.lib.lifecycle import in_one_statement
from remediation.models import Task
from tests import factories
from tests.factories import World

pytestmark = pytest.mark.django_db


def begin(*tasks: Task, then: Callable[[], object] = lambda: None) -> None:
    """Begin work on tasks, in one statement."""
    with in_one_statement():
        for task in tasks:
            Task.lifecycle.move(task, "in_progress")
        then()


def status(task: Task) -> str:
    return Task.objects.get(pk=task.pk).status


def test_moves_of_a_block_are_one_statement_at_its_end(world: World):
    tasks = [factories.task(world), factories.task(world)]
    captured_before: list[int] = []

    with CaptureQueriesContext(connection) as captured:
        begin(*tasks, then=lambda: captured_before.append(len(captured)))

    assert [status(task) for task in tasks] == ["in_progress", "in_progress"]
    assert (captured_before, len(captured)) == ([0], 1)


def test_a_block_that_fails_writes_none_of_its_moves_and_the_next_move_is_written_at_once(world: World):
    task = factories.task(world)

    with pytest.raises(KeyError):
        begin(task, then=lambda: {}["missing"])
    assert status(task) == "backlog"

    Task.lifecycle.move(task, "in_progress")
    assert status(task) == "in_progress"


def test_a_row_that_is_gone_is_told_of_at_the_end_of_the_block(world: World):
    task, gone = factories.task(world), factories.task(world)
    Task.objects.filter(pk=gone.pk).delete()

    with pytest.raises(DatabaseError, match="gone"):
        transaction.atomic(begin)(task, gone)
    assert status(task) == "backlog"
