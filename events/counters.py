"""Totals that cost the same at a hundred rows and at a million: sums over the tally that triggers keep."""

from collections.abc import Collection, Mapping
from datetime import date, timedelta
from uuid import UUID

import orjson
from django.db import connection, transaction

from events.models import Tally
from krafter_audit.db.advisory_locks import got_turn
from krafter_audit.db.sql import fetch_all

FOLD_FROM = 200  # unfolded rows of one total at which folding is worth its while


Counted = list[tuple[dict[str, str], int, int]]

TOTALS = """
    SELECT kind, facets, sum(rows), sum(score) FROM events_tally
    WHERE project_id = %(project)s AND kind = ANY(%(kinds)s) GROUP BY kind, facets HAVING sum(rows) <> 0
"""
COUNT = "SELECT coalesce(sum(rows), 0) FROM events_tally WHERE project_id = %(project)s AND kind = %(kind)s"
# What lies before `start` comes as one row without a day.
RISK = """
    SELECT CASE WHEN day >= %(start)s THEN day END AS moved, sum(score) FROM events_tally
    WHERE project_id = %(project)s AND kind = 'risk' AND day <= %(end)s GROUP BY moved
"""


def all_totals(project_id: UUID, *kinds: str) -> dict[str, Counted]:
    """Return `{kind: [(facets, rows, score)]}`, one for each combination of facets that the project has."""
    found: dict[str, Counted] = {kind: [] for kind in kinds}
    for kind, facets, rows, score in fetch_all(
        TOTALS, {"project": project_id, "kinds": list(kinds)}, model=Tally
    ):
        found[kind].append((orjson.loads(facets), int(rows), int(score)))
    return found


def totals(project_id: UUID, kind: str) -> Counted:
    """Return `(facets, rows, score)` for each combination of facets that the project has."""
    return all_totals(project_id, kind)[kind]


def count(
    project_id: UUID,
    kind: str,
    facets: Mapping[str, Collection[str]] | None = None,
    *,
    of: UUID | None = None,
) -> int:
    """Return how many rows of `kind` the project has whose facets are among those given; of one owner, with `of`."""
    wanted = {name: list(values) for name, values in (facets or {}).items() if values}
    clauses = [f"AND facets ->> '{name}' = ANY(%({name})s)" for name in sorted(wanted)]
    clauses += ["AND day IS NULL AND of = %(of)s"] if of else []
    params = {"project": project_id, "kind": kind, "of": of, **wanted}
    [(found,)] = fetch_all(f"{COUNT} {' '.join(clauses)}", params, model=Tally)
    return int(found)


def risk_by_day(project_id: UUID, start: date, end: date) -> list[tuple[date, int]]:
    """Return `(day, open risk score at its end)` for every day from `start` to `end`, UTC."""
    moved = dict(fetch_all(RISK, {"project": project_id, "start": start, "end": end}, model=Tally))
    score = int(moved.get(None, 0))
    series = []
    for place in range((end - start).days + 1):
        day = start + timedelta(days=place)
        score += int(moved.get(day, 0))
        series.append((day, score))
    return series


FOLD = """
    WITH gone AS (
        DELETE FROM events_tally WHERE project_id = %s AND kind = %s RETURNING day, of, facets, rows, score
    )
    INSERT INTO events_tally (project_id, kind, day, of, facets, rows, score)
    SELECT %s, %s, day, of, facets, sum(rows), sum(score) FROM gone
    GROUP BY day, of, facets HAVING sum(rows) <> 0 OR sum(score) <> 0
"""


def fold(project_id: UUID, kind: str) -> None:
    """Sum the rows of one total up into one row for each combination; writers are not held up."""
    with transaction.atomic(), connection.cursor() as cursor:
        if got_turn(f"tally:{project_id}:{kind}"):
            cursor.execute(FOLD, [project_id, kind, project_id, kind])


def fold_all(at_least: int = FOLD_FROM) -> int:
    """Fold every total that has grown to `at_least` rows; return how many were folded."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT project_id, kind FROM events_tally GROUP BY project_id, kind"
            " HAVING count(*) >= %s AND count(*) > 1.5 * count(DISTINCT (day, of, facets))",
            [at_least],
        )
        due = cursor.fetchall()
    for project_id, kind in due:
        fold(project_id, kind)
    return len(due)
