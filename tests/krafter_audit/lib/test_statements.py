"""Statements of a fixed shape: compiled once, prepared once, counted like any other."""

from typing import Any

import psycopg
import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import Organization
from krafter_audit.db.statements import Locking, Slot, Statement, Updating
from krafter_audit.lib.postgres.base import check, is_silent
from remediation.models import Task
from tests import factories
from tests.factories import World

NAME = Statement(lambda: Organization.objects.filter(pk=Slot("pk")).values_list("name"))


def test_a_statement_is_prepared_once_and_run_with_other_values(world: World):
    other = Organization.objects.create(name="Other")

    names = [NAME.first(pk=world.organization.pk), NAME.first(pk=other.pk), NAME.first(pk=world.project.pk)]

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%accounts_organization%'"
        )
        assert cursor.fetchall() == [(1,)]
    assert names == [(world.organization.name,), ("Other",), None]


def remembered() -> str:
    """What the connection keeps of the statements that it has sent, beside the names of those that are prepared."""
    kept = connection.connection._prepared
    return " ".join(text.decode() for texts in (kept._counts, kept._names) for text, _ in texts)


def test_a_connection_keeps_no_text_that_has_values_in_it(world: World):
    NAME.first(pk=world.organization.pk)

    found = Organization.objects.filter(name="a name of somebody").first()

    assert found is None
    assert "a name of somebody" not in remembered()
    assert "accounts_organization" in remembered()


def test_a_prepared_statement_whose_table_was_altered_is_prepared_anew(world: World):
    NAME.first(pk=world.organization.pk)
    before = remembered()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE accounts_organization ADD COLUMN motto text")
    after = remembered()

    assert NAME.first(pk=world.organization.pk) == (world.organization.name,)
    assert ("accounts_organization" in before, "accounts_organization" in after) == (True, False)


def test_a_statement_is_seen_by_whoever_counts_statements(world: World):
    with CaptureQueriesContext(connection) as captured:
        NAME.first(pk=world.organization.pk)

    assert len(captured) == 1
    assert "accounts_organization" in captured[0]["sql"]


def test_a_locking_statement_gives_the_row_as_a_model_and_locks_it(world: World):
    with transaction.atomic(), CaptureQueriesContext(connection) as captured:
        row = Locking(Organization).first(world.organization.pk)

    assert row == Organization.objects.get(pk=world.organization.pk)
    assert row.created_at == world.organization.created_at
    assert "FOR UPDATE" in captured[0]["sql"]


def test_a_row_is_written_from_its_model_with_the_time_of_the_change(world: World, time_machine: Any):
    row = Organization.objects.get(pk=world.organization.pk)
    row.name = "Renamed"
    time_machine.move_to("2030-01-02T03:04:05Z", tick=False)

    update = Updating(Organization, ["name", "updated_at"])
    touched = [update.text.write(**update.given(each)) for each in (row, Organization(name="Gone"))]

    row.refresh_from_db()
    assert (touched, row.name, row.updated_at.isoformat()) == ([1, 0], "Renamed", "2030-01-02T03:04:05+00:00")


@pytest.fixture
def other_connection(db: None) -> Any:
    """Another connection to the same server."""
    params = connection.get_connection_params()
    params.pop("cursor_factory", None)
    with psycopg.connect(**params, autocommit=True) as other:
        yield other


def test_a_connection_whose_server_has_gone_is_noticed_without_asking(other_connection: Any):
    assert is_silent(other_connection)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 2000)", [other_connection.info.backend_pid])

    assert not is_silent(other_connection)
    with pytest.raises(psycopg.OperationalError):
        check(other_connection)


def test_a_locking_statement_leaves_out_what_nobody_reads_until_it_is_asked_for(world: World):
    task = factories.task(world)
    lock = Locking(Task, "finding", without=["finding__evidence", "title"])

    with transaction.atomic(), CaptureQueriesContext(connection) as captured:
        found = lock.first(task.pk)

    assert "evidence" not in captured[0]["sql"]
    assert (found.get_deferred_fields(), found.finding.get_deferred_fields()) == ({"title"}, {"evidence"})
    assert (found.title, found.finding.title, found.finding.evidence) == (
        task.title,
        task.finding.title,
        task.finding.evidence,
    )
