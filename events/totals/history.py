"""Counters at any moment: a snapshot of each day and of every 50,000 changes, and the recorded changes since.

A change happens at `updated_at` of its row. A row inserted with a time before an existing snapshot (no service does
that) is not in that snapshot.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import orjson
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Project
from events.models import CounterChange, CounterSnapshot
from events.partitions import PartitionedTable, first_kept_month
from events.queries import complete_until
from events.totals.counters import Totals
from krafter_audit.db.advisory_locks import try_advisory_lock
from krafter_audit.db.deletion import delete_in_batches
from krafter_audit.db.sql import fetch_all
from krafter_audit.jobs.isolation import isolated

# Changes of a project after which a snapshot is taken within the day. They are summed in 0.2 s.
MIN_INTERIM_CHANGES = 50_000
COUNTER_CHANGE_TABLE = PartitionedTable("events_counterchange", "at", "KRAFTER_HISTORY_KEEP_MONTHS")

# The newest snapshot and all later changes, as `(name, facets, owner_id, due_on, rows, score)`.
RECORDED = """
    WITH base AS (
        SELECT at, totals FROM events_countersnapshot WHERE project_id = %(project)s AND at <= %(moment)s
        ORDER BY at DESC LIMIT 1
    ), recorded AS (
        SELECT total.* FROM base, jsonb_to_recordset(base.totals)
            AS total (name text, facets jsonb, owner_id uuid, due_on date, rows bigint, score bigint)
        UNION ALL
        SELECT name, facets, owner_id, (due_at AT TIME ZONE 'UTC')::date, rows, score FROM events_counterchange
        WHERE project_id = %(project)s AND at < %(moment)s
            AND at >= coalesce((SELECT at FROM base), '-infinity')
    )
"""


def select_recorded(statement: str) -> str:
    """Return the statement that reads `recorded`, of the parameters `project` and `moment`."""
    return RECORDED + statement


TOTALS = select_recorded("""
    SELECT name, facets, sum(rows), sum(score) FROM recorded
    WHERE name = ANY(%(names)s) AND (%(owner)s::uuid IS NULL OR owner_id = %(owner)s)
    GROUP BY name, facets HAVING sum(rows) <> 0
""")
# The totals before the first day are returned as one day before it.
TOTALS_BY_DAY = """
    WITH base AS (
        SELECT at, totals FROM events_countersnapshot WHERE project_id = %(project)s AND at <= %(since)s
        ORDER BY at DESC LIMIT 1
    ), recorded AS (
        SELECT total.*, '-infinity'::timestamptz AS at FROM base, jsonb_to_recordset(base.totals)
            AS total (name text, facets jsonb, rows bigint, score bigint)
        UNION ALL
        SELECT name, facets, rows, score, at FROM events_counterchange
        WHERE project_id = %(project)s AND at < %(until)s AND at >= coalesce((SELECT at FROM base), '-infinity')
    )
    SELECT name, greatest((at AT TIME ZONE 'UTC')::date, %(before)s), facets, sum(rows), sum(score) FROM recorded
    WHERE name = ANY(%(names)s) GROUP BY 1, 2, 3
"""
INSERT_SNAPSHOT = "INSERT INTO events_countersnapshot (project_id, at, totals) "
TAKE_SNAPSHOT = INSERT_SNAPSHOT + select_recorded("""
    , totals AS (
        SELECT name, facets, owner_id, due_on, sum(rows)::bigint AS rows, sum(score)::bigint AS score FROM recorded
        GROUP BY name, facets, owner_id, due_on HAVING sum(rows) <> 0 OR sum(score) <> 0
    )
    SELECT %(project)s, %(moment)s, coalesce(jsonb_agg(to_jsonb(totals)), '[]') FROM totals
    ON CONFLICT DO NOTHING
""")
# The projects with more than so many changes between their newest snapshot and the moment.
PROJECTS_WITHOUT_SNAPSHOT = """
    SELECT project.id FROM accounts_project AS project, LATERAL (
        SELECT coalesce(max(at), '-infinity') AS at FROM events_countersnapshot WHERE project_id = project.id
    ) AS newest
    WHERE EXISTS (
        SELECT FROM events_counterchange
        WHERE project_id = project.id AND at >= newest.at AND at < %(moment)s OFFSET %(changes)s
    )
"""


@dataclass(frozen=True)
class AsOf:
    """A past instant, which is included, or the end of a day in UTC."""

    instant: datetime
    is_end_of_day: bool = False

    @property
    def day(self) -> date:
        last = self.instant - timedelta(microseconds=1) if self.is_end_of_day else self.instant
        return last.astimezone(UTC).date()

    @property
    def before(self) -> datetime:
        """The time before which changes count."""
        return self.instant if self.is_end_of_day else self.instant + timedelta(microseconds=1)


def end_of_day(day: date) -> AsOf:
    """Return the end of a day, or now if that is earlier."""
    midnight_after = datetime.combine(day + timedelta(days=1), time(), UTC)
    now = timezone.now()
    return AsOf(now) if now < midnight_after else AsOf(midnight_after, is_end_of_day=True)


def totals_at(project_id: UUID, as_of: AsOf, *names: str, owner_id: UUID | None = None) -> dict[str, Totals]:
    """Return the counters' totals at a moment by name, of all owners or of one."""
    found: dict[str, Totals] = {name: [] for name in names}
    params = {"project": project_id, "moment": as_of.before, "names": list(names), "owner": owner_id}
    for name, facets, rows, score in fetch_all(TOTALS, params, model=CounterChange):
        found[name].append((orjson.loads(facets), int(rows), int(score)))
    return found


def changes_by_day(project_id: UUID, start: date, end: date, *names: str) -> dict[str, dict[date, Totals]]:
    """Return the totals on the day before `start`, and the changes of each day (UTC) until `end`.

    By counter name and day, without days that have no change.
    """
    since, until = (datetime.combine(day, time(), UTC) for day in (start, end + timedelta(days=1)))
    before = start - timedelta(days=1)
    params = {"project": project_id, "names": list(names), "since": since, "until": until, "before": before}
    found: dict[str, dict[date, Totals]] = {name: {} for name in names}
    for name, day, facets, rows, score in fetch_all(TOTALS_BY_DAY, params, model=CounterChange):
        found[name].setdefault(day, []).append((orjson.loads(facets), int(rows), int(score)))
    return found


def history_start() -> datetime | None:
    """Return since when all changes are kept; None: all are."""
    first = first_kept_month(COUNTER_CHANGE_TABLE)
    return datetime.combine(first, time(), UTC) if first else None


def exact_since(project: Project) -> datetime:
    """Return since when a project's totals are known at any moment."""
    return max(filter(None, (project.created_at, history_start())))


def midnight(moment: datetime) -> datetime:
    return datetime.combine(moment.astimezone(UTC).date(), time(), UTC)


def take_snapshots() -> int:
    """Store the totals at the last midnight and at the first of the month; return the number of snapshots."""
    # Taken when no transaction can add an earlier change; without a snapshot, reads sum more changes.
    last = midnight(complete_until())
    return sum(_take_missing_snapshots(moment) for moment in (last.replace(day=1), last))


def take_interim_snapshots(changes: int = MIN_INTERIM_CHANGES) -> int:
    """Store the totals of the projects with more than `changes` changes since a snapshot; return their number."""
    # After a large import, reads would sum all of its changes until midnight.
    return _take_missing_snapshots(complete_until(), changes=changes)


def _take_missing_snapshots(moment: datetime, *, changes: int = 0) -> int:
    params = {"moment": moment, "changes": changes}
    projects = fetch_all(PROJECTS_WITHOUT_SNAPSHOT, params, model=CounterSnapshot)
    taken = 0
    for (project_id,) in projects:
        with isolated("snapshot of the counters", project_id):
            taken += take_snapshot(project_id, moment)
    return taken


@transaction.atomic
def take_snapshot(project_id: UUID, moment: datetime) -> int:
    """Store a project's totals before `moment`; return 0 if another job does so or has done it."""
    if not try_advisory_lock(f"counter-snapshot:{project_id}"):
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")  # the first one sums all changes of a project
        cursor.execute(TAKE_SNAPSHOT, {"project": project_id, "moment": moment})
        return cursor.rowcount


def delete_expired_snapshots() -> int:
    """Delete the snapshots that no kept change continues; return their number."""
    since = history_start()
    if since is None:
        return 0
    newest = CounterSnapshot.objects.filter(at__lte=since).order_by("project", "-at").distinct("project")
    kept = list(newest.values_list("pk", flat=True))
    return delete_in_batches(CounterSnapshot.objects.filter(at__lt=since).exclude(pk__in=kept).order_by("pk"))
