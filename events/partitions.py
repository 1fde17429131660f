"""Monthly partitions of tables that only grow: expired data is dropped a month at a time."""

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from krafter_audit.db import roles
from krafter_audit.db.advisory_locks import advisory_lock
from krafter_audit.db.triggers import RETENTION

logger = logging.getLogger(__name__)

MONTHS_AHEAD = 3  # partitions that exist before their month, in case the job does not run
LOCK_TIMEOUT = "5s"  # writers queue behind a waiting lock; the next run, an hour later, tries again

PARTITIONS = """
    SELECT part.relname, pg_get_expr(part.relpartbound, part.oid)
    FROM pg_inherits JOIN pg_class AS part ON part.oid = inhrelid WHERE inhparent = to_regclass(%s) ORDER BY 1
"""
UPPER_BOUND = re.compile(r"TO \('(\d{4}-\d\d-\d\d)")
# Functions of the owner: only it may create and drop tables. The job that calls them runs as the application role.
# Their bodies have the table and the months to keep, so that a client that executes its own SQL cannot drop a month
# before it has expired according to the clock of the database. `migrate` replaces them with the values of the settings.
# Rows without a month go to the default partition, so that no INSERT is rejected.
# A month is created like the default partition, since the table itself has no unique constraint that its months have.
CREATE_FUNCTIONS = """
    CREATE OR REPLACE FUNCTION {table}_create_month(first date) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    DECLARE
        start timestamptz := date_trunc('month', first)::timestamp AT TIME ZONE 'UTC';
        stop timestamptz := (date_trunc('month', first) + interval '1 month')::timestamp AT TIME ZONE 'UTC';
        part text := '{table}_' || to_char(first, 'YYYY_MM');
    BEGIN
        {locks}
        PERFORM set_config('{retention}', 'on', true);
        EXECUTE format('CREATE TABLE %I (LIKE {table}_default INCLUDING ALL)', part);
        EXECUTE format('WITH moved AS (
            DELETE FROM {table}_default WHERE {column} >= %L AND {column} < %L RETURNING *
        ) INSERT INTO %I SELECT * FROM moved', start, stop, part);
        PERFORM set_config('{retention}', 'off', true);
        EXECUTE format('ALTER TABLE {table} ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', part, start, stop);
        {grant_select}
        RETURN part;
    END $$;
    CREATE OR REPLACE FUNCTION {table}_drop_month(first date) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    DECLARE
        part text := '{table}_' || to_char(first, 'YYYY_MM');
        oldest date := date_trunc('month', now() AT TIME ZONE 'UTC') - make_interval(months => {keep});
    BEGIN
        IF {keep} = 0 OR date_trunc('month', first) >= oldest THEN
            RAISE insufficient_privilege USING MESSAGE = format('%s has not expired: %s months are kept', part, {keep});
        END IF;
        EXECUTE format('DROP TABLE %I', part);
        RETURN part;
    END $$;
    REVOKE ALL ON FUNCTION {table}_create_month, {table}_drop_month FROM PUBLIC;
"""
GRANT_EXECUTE = 'GRANT EXECUTE ON FUNCTION {table}_create_month, {table}_drop_month TO "{role}"'


@dataclass(frozen=True)
class PartitionedTable:
    """A table that is partitioned by months."""

    table: str
    column: str  # the time by which a row belongs to a month
    setting: str  # the name of the setting with the months to keep; 0 keeps all
    # The tables of its foreign keys, which PostgreSQL locks while a partition is attached. They are locked first, in
    # the order in which transactions change them: another order could deadlock with such a transaction.
    refers_to: tuple[str, ...] = ()


EVENT_TABLE = PartitionedTable("events_event", "at", "KRAFTER_EVENTS_KEEP_MONTHS")


def rotate_partitions(partitioned: PartitionedTable) -> None:
    """Create the partitions of the next months, and drop expired ones."""
    create_partitions(partitioned)
    drop_expired(partitioned)


def month(day: date, after: int = 0) -> date:
    """Return the first day of the month `after` months later."""
    years, place = divmod(day.month - 1 + after, 12)
    return date(day.year + years, place + 1, 1)


def partitions_of(table: str) -> dict[str, date | None]:
    """Return the partitions of a table with their end (exclusive); None for the default partition."""
    with connection.cursor() as cursor:
        cursor.execute(PARTITIONS, [table])
        return {name: _end(bound) for name, bound in cursor.fetchall()}


def _end(bound: str) -> date | None:
    found = UPPER_BOUND.search(bound)
    return date.fromisoformat(found[1]) if found else None


def install_functions(partitioned: PartitionedTable) -> None:
    """As the owner, create the functions that rotate the partitions by the present retention settings."""
    if not partitions_of(partitioned.table):  # the migration that creates the table has not run yet
        return
    if not roles.may_create_tables():  # `migrate` had nothing to apply, else it had refused
        return
    has_role = roles.role_exists()
    names = {"table": partitioned.table, "role": roles.application_role()}
    grant = "EXECUTE format('GRANT SELECT ON %I TO \"{role}\"', part);".format(**names) if has_role else ""
    statement = CREATE_FUNCTIONS.format(
        **names,
        column=partitioned.column,
        keep=months_to_keep(partitioned),
        retention=RETENTION,
        locks="".join(f"LOCK {table} IN SHARE ROW EXCLUSIVE MODE;" for table in partitioned.refers_to),
        grant_select=grant,
    )
    with connection.cursor() as cursor:
        cursor.execute(statement)
        if has_role:
            cursor.execute(GRANT_EXECUTE.format(**names))


def months_to_keep(partitioned: PartitionedTable) -> int:
    return int(getattr(settings, partitioned.setting))


def first_kept_month(partitioned: PartitionedTable, *, on: date | None = None) -> date | None:
    """Return the first day of the oldest month that is kept on a day, by default today; None if all are."""
    keep = months_to_keep(partitioned)
    return month(on or _today(), -keep) if keep else None


def create_partitions(partitioned: PartitionedTable) -> list[str]:
    """Create the missing partitions up to three months ahead; return their names."""
    existing = partitions_of(partitioned.table)
    if not existing:  # the migration that creates the table has not run yet
        return []
    covered = max((end for end in existing.values() if end), default=month(_today()))
    return [_call(f"{partitioned.table}_create_month", start) for start in _months(covered)]


def _months(start: date) -> Iterator[date]:
    while start <= month(_today(), MONTHS_AHEAD):
        yield start
        start = month(start, 1)


def drop_expired(partitioned: PartitionedTable) -> list[str]:
    """Drop the expired partitions, oldest first; return their names."""
    oldest = first_kept_month(partitioned)
    if oldest is None:
        return []
    ends = sorted(end for end in partitions_of(partitioned.table).values() if end and end <= oldest)
    dropped = []
    for end in ends:
        dropped.append(_call(f"{partitioned.table}_drop_month", month(end, -1)))
        logger.info("dropped %s: data since %s is kept", dropped[-1], oldest)
    return dropped


@transaction.atomic
def _call(function: str, first: date) -> str:
    advisory_lock("partitions")
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
        # Rows that are moved out of the default partition may be many.
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute(f"SELECT {function}(%s)", [first])
        return str(cursor.fetchone()[0])


def _today() -> date:
    return timezone.now().date()
