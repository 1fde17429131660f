"""Empty the database after a test that commits, without the new file for every table that TRUNCATE creates.

Django truncates some sixty tables with all their indexes, most of which the test never wrote to, and then writes
the content types and permissions again that it has just deleted.
"""

from typing import Any

from django.db import ProgrammingError, connection
from django.test import TransactionTestCase
from psycopg.errors import InsufficientPrivilege

from events import partitions
from events.totals import history
from remediation.evidence.retention import EVIDENCE
from tests import database_role

KEPT = {"django_content_type", "auth_permission"}
# As on a replica: foreign keys and the triggers of the append-only tables are not checked.
EMPTY = """
DO $$ DECLARE name text; BEGIN
    SET LOCAL session_replication_role = replica;
    FOREACH name IN ARRAY '{{{tables}}}'::text[] LOOP EXECUTE format('DELETE FROM %I', name); END LOOP;
END $$
"""
django_flush = TransactionTestCase._fixture_teardown


def flush(test: Any) -> None:
    with database_role.as_owner():
        _flush(test)


def _flush(test: Any) -> None:
    """Delete all rows; without the permission to disable triggers, truncate as Django does."""
    tables = sorted(
        set(connection.introspection.django_table_names(only_existing=True, include_views=False)) - KEPT
    )
    try:
        with connection.cursor() as cursor:
            cursor.execute(EMPTY.format(tables=",".join(tables)))  # a DO block takes no parameters
    except ProgrammingError as error:
        if not isinstance(error.__cause__, InsufficientPrivilege):
            raise
        django_flush(test)
    for partitioned in (partitions.EVENT_TABLE, history.COUNTER_CHANGE_TABLE, EVIDENCE):
        partitions.create_partitions(partitioned)
