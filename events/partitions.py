"""Tables that only grow, by months: a month is a table of its own, and what is past its time goes as a whole.

Months are made ahead; what fits none of them lands in the one named `…_rest`, so that nothing is ever refused. What
was there before the table had months stays together in `…_before`.
"""

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from krafter_audit.db.advisory_locks import wait_for_turn

logger = logging.getLogger(__name__)

AHEAD = 3  # months that are made before they begin
PATIENCE = "5s"  # a month that cannot be had now is had an hour later: nobody waits behind us for longer

PARTS = """
    SELECT part.relname, pg_get_expr(part.relpartbound, part.oid)
    FROM pg_inherits JOIN pg_class AS part ON part.oid = inhrelid WHERE inhparent = to_regclass(%s) ORDER BY 1
"""
END = re.compile(r"TO \('(\d{4}-\d\d-\d\d)")
# A month is made as the rest is: what is unique within each part alone, the table itself does not have.
MAKE = """
    CREATE TABLE {part} (LIKE {table}_rest INCLUDING ALL);
    WITH moved AS (
        DELETE FROM {table}_rest WHERE {column} >= '{start}' AND {column} < '{end}' RETURNING *
    ) INSERT INTO {part} SELECT * FROM moved;
    ALTER TABLE {table} ATTACH PARTITION {part} FOR VALUES FROM ('{start}') TO ('{end}');
"""


@dataclass(frozen=True)
class ByMonth:
    """A table that is kept by months of `column`; `setting` names how many months are kept (0 = all).

    `refers_to` names the tables of its foreign keys, in the order in which transactions change them. PostgreSQL locks
    them against changes while a month is made; we do so first, since whoever writes here has changed them before.
    """

    table: str
    column: str
    setting: str
    refers_to: tuple[str, ...] = ()


EVENTS = ByMonth("events_event", "at", "KRAFTER_EVENTS_KEEP_MONTHS")


def month(day: date, after: int = 0) -> date:
    """Return the first day of the month that is `after` months behind that of `day`."""
    years, place = divmod(day.month - 1 + after, 12)
    return date(day.year + years, place + 1, 1)


def parts(table: str) -> dict[str, date | None]:
    """Return the months of a table and the day before which each ends; None for the rest. Without months: nothing."""
    with connection.cursor() as cursor:
        cursor.execute(PARTS, [table])
        return {name: _end(bound) for name, bound in cursor.fetchall()}


def _end(bound: str) -> date | None:
    found = END.search(bound)
    return date.fromisoformat(found[1]) if found else None


def grow(kept: ByMonth) -> list[str]:
    """Make the months that are missing, up to three ahead; return their names."""
    there = parts(kept.table)
    if not there:  # the migrations have not come that far
        return []
    covered = max((end for end in there.values() if end), default=month(_today()))
    made = []
    for start in _months(covered):
        name = f"{kept.table}_{start:%Y_%m}"
        locked = "".join(f"LOCK {table} IN SHARE ROW EXCLUSIVE MODE;" for table in kept.refers_to)
        words = {"table": kept.table, "column": kept.column, "start": _at(start), "end": _at(month(start, 1))}
        _run(locked + MAKE, part=name, **words)
        made.append(name)
    return made


def _months(start: date) -> Iterator[date]:
    while start <= month(_today(), AHEAD):
        yield start
        start = month(start, 1)


def shrink(kept: ByMonth) -> list[str]:
    """Drop the months that are past their time as wholes, the oldest first; return their names."""
    keep = int(getattr(settings, kept.setting))
    if not keep:
        return []
    oldest = month(_today(), -keep)
    past = sorted((end, name) for name, end in parts(kept.table).items() if end and end <= oldest)
    for _, name in past:
        _run("DROP TABLE {part}", part=name)
        logger.info("dropped %s: %s months are kept", name, keep)
    return [name for _, name in past]


@transaction.atomic
def _run(statement: str, **words: Any) -> None:
    wait_for_turn("partitions")
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{PATIENCE}'")
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute("SET LOCAL krafter.retention = 'on'")  # rows may leave the rest for their month
        cursor.execute(statement.format(**words))
        cursor.execute("SET LOCAL krafter.retention = 'off'")


def _today() -> date:
    return timezone.now().astimezone(UTC).date()


def _at(day: date) -> str:
    return datetime(day.year, day.month, day.day, tzinfo=UTC).isoformat(sep=" ")
