"""Moves from one status to another, and other small changes, that are written together."""

from collections.abc import Callable

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from krafter_audit.db.statements import Text
from krafter_audit.lib.together import do, in_one_statement
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


NAMED = Text("UPDATE remediation_task SET title = %(title)s WHERE status = %(status)s RETURNING 1", Task)
STANDING = Text("SELECT 1 FROM remediation_task WHERE status = %(status)s", Task)


def test_what_is_done_beside_the_moves_tells_after_the_block_how_many_rows_it_had(world: World):
    moved, *_ = [factories.task(world) for _ in range(3)]
    Task.lifecycle.move(moved, "in_progress")

    with in_one_statement():
        Task.lifecycle.move(moved, "blocked")
        named = do(NAMED, title="Seen", status="backlog")
        standing = do(STANDING, status="in_progress")  # as it was when the statement began
        before = (named.rows, standing.rows)

    assert (before, named.rows, standing.rows) == ((0, 0), 2, 1)
    assert do(STANDING, status="backlog").rows == 2  # at once, outside of a block
