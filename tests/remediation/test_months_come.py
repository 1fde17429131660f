"""Evidence that was there before the table had months: it stays as it was, goes on, and goes back into one."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.migrations.executor import MigrationExecutor

from events.partitions import grow, parts
from remediation import evidence
from remediation.models import Evidence, Verification
from remediation.retention import EVIDENCE
from tests import factories
from tests.factories import World

pytestmark = pytest.mark.django_db(transaction=True)

KEY = "security_header_csp"
ONE_TABLE = "0015_totals_of_tasks_together"


def migrate(name: str | None = None) -> None:
    """Bring the app to a migration; to its last one when none is named."""
    executor = MigrationExecutor(connection)
    executor.migrate([("remediation", name)] if name else executor.loader.graph.leaf_nodes("remediation"))
    grow(EVIDENCE)


@pytest.fixture
def world() -> Iterator[World]:
    yield factories.world()
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE remediation_evidence")
    migrate(ONE_TABLE)  # and forward without rows: what was there before ends with this month again
    migrate()


def add(world: World, *, of: Verification | None = None, key: str = KEY) -> Evidence:
    with transaction.atomic():
        link = evidence.append(of or factories.verification(world), key, {"status": "passed"})
    return Evidence.objects.get(project=world.project, sequence=link.sequence)


def links() -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM remediation_evidence ORDER BY sequence")
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def refuses(statement: str, error: type[DatabaseError], sentence: str) -> bool:
    with pytest.raises(error, match=sentence), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    return True


AGAIN = """
    INSERT INTO remediation_evidence
    SELECT (json_populate_record(link, '{"id": 99, "key": "another"}')).* FROM remediation_evidence AS link LIMIT 1
"""
REWRITE = "UPDATE remediation_evidence SET body = '{}'"


def test_what_was_in_one_table_stays_and_goes_on_by_months(world: World, time_machine: Any):
    add(world)
    time_machine.move_to(max(end for end in parts(EVIDENCE.table).values() if end), tick=False)
    about = add(world).verification
    written = links()

    migrate(ONE_TABLE)
    assert (parts(EVIDENCE.table), links()) == ({}, written)
    assert refuses(AGAIN, IntegrityError, "one_link_a_place")
    assert refuses(REWRITE, DatabaseError, "append-only")

    migrate()
    assert links() == written
    assert len(parts(EVIDENCE.table)) == 5  # before, three months and the rest
    assert refuses(AGAIN, IntegrityError, "does not follow")
    assert refuses(REWRITE, DatabaseError, "append-only")
    third = add(world, of=about, key="another")
    assert (third.sequence, third.pk > written[1]["id"]) == (3, True)
    assert third.previous_hash == written[1]["hash"]
    assert all(evidence.is_intact(link) for link in Evidence.objects.all())
