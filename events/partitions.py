"""Monthly partitions of tables that only grow: expired data is dropped a month at a time."""

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from krafter_audit.db.advisory_locks import advisory_lock
from krafter_audit.db.triggers import RETENTION

logger = logging.getLogger(__name__)

MONTHS_AHEAD = 3
LOCK_TIMEOUT = "5s"  # writers queue behind a waiting lock; the next run, an hour later, tries again

PARTITIONS = """
    SELECT part.relname, pg_get_expr(part.relpartbound, part.oid)
    FROM pg_inherits JOIN pg_class AS part ON part.oid = inhrelid WHERE inhparent = to_regclass(%s) ORDER BY 1
"""
END = re.compile(r"TO \('(\d{4}-\d\d-\d\d)")
# Rows without a month go to the default partition, so that no INSERT is rejected.
# A month is created like the default partition, since the table itself has no unique constraint that its months have.
CREATE = """
    CREATE TABLE {part} (LIKE {table}_default INCLUDING ALL);
    WITH moved AS (
        DELETE FROM {table}_default WHERE {column} >= '{start}' AND {column} < '{end}' RETURNING *
    ) INSERT INTO {part} SELECT * FROM moved;
    ALTER TABLE {table} ATTACH PARTITION {part} FOR VALUES FROM ('{start}') TO ('{end}');
"""


@dataclass(frozen=True)
class PartitionedTable:
    """A table that is partitioned by the months of `column`; `setting` names the months to keep (0 = all)."""

    table: str
    column: str
    setting: str
    # The tables of its foreign keys, which PostgreSQL locks while a partition is attached. They are locked first, in
    # the order in which transactions change them: another order could deadlock with such a transaction.
    refers_to: tuple[str, ...] = ()


EVENTS = PartitionedTable("events_event", "at", "KRAFTER_EVENTS_KEEP_MONTHS")


def rotate_partitions(partitioned: PartitionedTable) -> None:
    """Create the partitions of the next months, and drop the expired ones."""
    create_partitions(partitioned)
    drop_expired(partitioned)


def month(day: date, after: int = 0) -> date:
    """Return the first day of the month that is `after` months after that of `day`."""
    years, place = divmod(day.month - 1 + after, 12)
    return date(day.year + years, place + 1, 1)


def partitions_of(table: str) -> dict[str, date | None]:
    """Return the partitions of a table with their end (exclusive); None for the default partition."""
    with connection.cursor() as cursor:
        cursor.execute(PARTITIONS, [table])
        return {name: _end(bound) for name, bound in cursor.fetchall()}


def _end(bound: str) -> date | None:
    found = END.search(bound)
    return date.fromisoformat(found[1]) if found else None


def create_partitions(partitioned: PartitionedTable) -> list[str]:
    """Create the missing partitions up to three months ahead; return their names."""
    existing = partitions_of(partitioned.table)
    if not existing:  # the migration that creates the table has not run yet
        return []
    covered = max((end for end in existing.values() if end), default=month(_today()))
    created = []
    for start in _months(covered):
        name = f"{partitioned.table}_{start:%Y_%m}"
        locked = "".join(f"LOCK {table} IN SHARE ROW EXCLUSIVE MODE;" for table in partitioned.refers_to)
        names = {"part": name, "table": partitioned.table, "column": partitioned.column}
        _run(locked + CREATE, **names, start=_at(start), end=_at(month(start, 1)))
        created.append(name)
    return created


def _months(start: date) -> Iterator[date]:
    while start <= month(_today(), MONTHS_AHEAD):
        yield start
        start = month(start, 1)


def drop_expired(partitioned: PartitionedTable) -> list[str]:
    """Drop the expired partitions, oldest first; return their names."""
    keep = int(getattr(settings, partitioned.setting))
    if not keep:
        return []
    oldest = month(_today(), -keep)
    expired = sorted(
        (end, name) for name, end in partitions_of(partitioned.table).items() if end and end <= oldest
    )
    for _, name in expired:
        _run("DROP TABLE {part}", part=name)
        logger.info("dropped %s: %s months are kept", name, keep)
    return [name for _, name in expired]


@transaction.atomic
def _run(statement: str, **names: Any) -> None:
    advisory_lock("partitions")
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
        # Rows that are moved out of the default partition may be many.
        cursor.execute("SET LOCAL statement_timeout = 0")
        # The append-only trigger lets rows leave the default partition for their month.
        cursor.execute(f"SET LOCAL {RETENTION} = 'on'")
        cursor.execute(statement.format(**names))
        cursor.execute(f"SET LOCAL {RETENTION} = 'off'")


def _today() -> date:
    return timezone.now().astimezone(UTC).date()


def _at(day: date) -> str:
    return datetime(day.year, day.month, day.day, tzinfo=UTC).isoformat(sep=" ")
