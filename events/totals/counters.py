"""Read and aggregate the counters: a total costs the same at a hundred rows and at a million."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import orjson
from django.db import connection, transaction
from django.db.models import QuerySet, Sum

from events.models import Counter
from krafter_audit.db.advisory_locks import try_advisory_lock
from krafter_audit.db.counting import bounded_count
from krafter_audit.db.sql import fetch_all
from krafter_audit.jobs.isolation import isolated

AGGREGATE_FROM = 200  # rows of one counter

# `(facets, rows, score)` for each combination of facets.
type Totals = list[tuple[dict[str, str], int, int]]

# As SQL, since every list and summary reads them: building these queries by the ORM takes a third of a list.
TOTALS = """
    SELECT name, facets, sum(rows), sum(score) FROM events_counter
    WHERE project_id = %(project)s AND name = ANY(%(names)s) GROUP BY name, facets HAVING sum(rows) <> 0
"""
TOTALS_OF_PROJECTS = """
    SELECT name, project_id, facets, sum(rows), sum(score) FROM events_counter
    WHERE project_id = ANY(%(projects)s) AND name = ANY(%(names)s) GROUP BY name, project_id, facets
    HAVING sum(rows) <> 0
"""
COUNT = "SELECT coalesce(sum(rows), 0) FROM events_counter WHERE project_id = %(project)s AND name = %(name)s"
# The changes before `start` are returned as one row without a day.
RISK = """
    SELECT CASE WHEN day >= %(start)s THEN day END AS changed_on, sum(score) FROM events_counter
    WHERE project_id = ANY(%(projects)s) AND name = 'risk' AND day <= %(end)s GROUP BY changed_on
"""
RISK_CHANGES = """
    SELECT day, facets ->> 'change', facets ->> 'severity', sum(rows), sum(score) FROM events_counter
    WHERE project_id = ANY(%(projects)s) AND name = 'risk' AND day BETWEEN %(start)s AND %(end)s GROUP BY 1, 2, 3
"""
# All changes before `start` count as those of the day before it.
RECENT_RISK_CHANGES = """
    SELECT greatest(day, %(start)s::date - 1), facets ->> 'change', facets ->> 'severity', sum(rows), sum(score)
    FROM events_counter
    WHERE project_id = ANY(%(projects)s) AND name = 'risk' AND day <= %(end)s
        AND facets ->> 'severity' = %(severity)s
    GROUP BY 1, 2, 3
"""
AGGREGATE = """
    WITH deleted AS (
        DELETE FROM events_counter WHERE project_id = %(project)s AND name = %(name)s
        RETURNING day, owner_id, facets, rows, score
    )
    INSERT INTO events_counter (project_id, name, day, owner_id, facets, rows, score)
    SELECT %(project)s, %(name)s, day, owner_id, facets, sum(rows), sum(score) FROM deleted
    GROUP BY day, owner_id, facets HAVING sum(rows) <> 0 OR sum(score) <> 0
"""
# Only counters with many more rows than combinations: aggregating others would write as many rows as it deletes.
COUNTERS_TO_AGGREGATE = """
    SELECT project_id, name FROM events_counter GROUP BY project_id, name
    HAVING count(*) >= %s AND count(*) > 1.5 * count(DISTINCT (day, owner_id, facets))
"""


def all_totals(project_id: UUID, *names: str) -> dict[str, Totals]:
    """Return the totals of several of a project's counters by name."""
    found: dict[str, Totals] = {name: [] for name in names}
    params = {"project": project_id, "names": list(names)}
    for name, facets, rows, score in fetch_all(TOTALS, params, model=Counter):
        found[name].append((orjson.loads(facets), int(rows), int(score)))
    return found


def totals(project_id: UUID, name: str) -> Totals:
    return all_totals(project_id, name)[name]


def totals_of_owner(project_id: UUID, name: str, owner_id: UUID) -> Totals:
    rows = Counter.objects.filter(project_id=project_id, name=name, owner_id=owner_id)
    sums = rows.values_list("facets").annotate(Sum("rows"), Sum("score"))
    return [(facets, int(number), int(score)) for facets, number, score in sums]


def filter_totals(counted: Totals, filters: Mapping[str, Collection[str]]) -> Totals:
    """Return the totals whose facets match the filters; ignore other filters."""
    return [
        (facets, rows, score)
        for facets, rows, score in counted
        if all(facets[name] in values for name, values in filters.items() if name in facets)
    ]


def totals_of_all_projects(name: str, facet: str) -> dict[str, int]:
    """Return the rows that a counter counts in all projects, by facet value."""
    rows = Counter.objects.filter(name=name).values_list(f"facets__{facet}")
    return {value: int(number) for value, number in rows.annotate(Sum("rows"))}


def totals_by_project(project_ids: Collection[UUID], *names: str) -> dict[str, dict[UUID, Totals]]:
    """Return totals by the counter's name and project, by one query."""
    found: dict[str, dict[UUID, Totals]] = {name: {} for name in names}
    params = {"projects": list(project_ids), "names": list(names)}
    for name, project_id, facets, rows, score in fetch_all(TOTALS_OF_PROJECTS, params, model=Counter):
        found[name].setdefault(project_id, []).append((orjson.loads(facets), int(rows), int(score)))
    return found


def rows_by_status(project_ids: Collection[UUID], name: str) -> dict[str, int]:
    """Return how many rows a counter counts in the projects, by status; 0 for others."""
    found: dict[str, int] = defaultdict(int)
    for totals_of_project in totals_by_project(project_ids, name)[name].values():
        for facets, rows, _ in totals_of_project:
            found[facets["status"]] += rows
    return found


def count(
    project_id: UUID,
    name: str,
    facets: Mapping[str, Collection[str]] | None = None,
    *,
    owner_id: UUID | None = None,
) -> int:
    """Return how many rows have the facets, or belong to an owner."""
    wanted = {facet: list(values) for facet, values in (facets or {}).items() if values}
    clauses = [f"AND facets ->> '{facet}' = ANY(%(facet_{facet})s)" for facet in sorted(wanted)]
    clauses += ["AND day IS NULL AND owner_id = %(owner)s"] if owner_id else []
    params = {
        "project": project_id,
        "name": name,
        "owner": owner_id,
        **{f"facet_{facet}": values for facet, values in wanted.items()},
    }
    [(found,)] = fetch_all(f"{COUNT} {' '.join(clauses)}", params, model=Counter)
    return int(found)


def count_matching(
    project_id: UUID, name: str, filters: Mapping[str, Any], rows: QuerySet[Any], *, facets: Collection[str]
) -> int | None:
    """Return how many rows match: from the counter if all filters are its facets, else as `bounded_count`."""
    return count(project_id, name, filters) if set(filters) <= set(facets) else bounded_count(rows)


def risk_by_day(project_ids: Collection[UUID], start: date, end: date) -> list[tuple[date, int]]:
    """Return `(day, open risk score of the projects at its end)` for every day from `start` to `end`, UTC."""
    params = {"projects": list(project_ids), "start": start, "end": end}
    return _series(dict(fetch_all(RISK, params, model=Counter)), start, end)


@dataclass(frozen=True)
class RiskChange:
    """The change of the open risk of one severity on a day, in one way."""

    day: date
    change: str | None  # None if `check_counters` has corrected the counter
    severity: str
    findings: int
    score: int


def risk_changes(project_ids: Collection[UUID], start: date, end: date) -> list[RiskChange]:
    """Return the unordered changes of the open risk of projects from `start` to `end`."""
    params = {"projects": list(project_ids), "start": start, "end": end}
    return _risk_changes(RISK_CHANGES, params)


def recent_risk_changes(
    project_ids: Collection[UUID], severity: str, start: date, end: date
) -> list[RiskChange]:
    """Return one severity's changes from `start` to `end`; earlier ones as of the day before `start`."""
    params = {"projects": list(project_ids), "severity": severity, "start": start, "end": end}
    return _risk_changes(RECENT_RISK_CHANGES, params)


def _risk_changes(statement: str, params: Mapping[str, Any]) -> list[RiskChange]:
    found = fetch_all(statement, dict(params), model=Counter)
    return [
        RiskChange(day, change, severity, int(rows), int(score))
        for day, change, severity, rows, score in found
    ]


def risk_by_day_of(changes: Iterable[RiskChange], start: date, end: date) -> list[tuple[date, int]]:
    """Return what `risk_by_day` returns, from all changes until `end` or later."""
    scores: dict[date | None, int] = {}
    for change in changes:
        day = change.day if change.day >= start else None
        scores[day] = scores.get(day, 0) + change.score
    return _series(scores, start, end)


def _series(changes: Mapping[date | None, int], start: date, end: date) -> list[tuple[date, int]]:
    score = int(changes.get(None, 0))
    series = []
    # Days without a change have no row.
    for number in range((end - start).days + 1):
        day = start + timedelta(days=number)
        score += int(changes.get(day, 0))
        series.append((day, score))
    return series


def aggregate(project_id: UUID, name: str) -> None:
    """Sum a counter's rows into one row for each combination."""
    with transaction.atomic(), connection.cursor() as cursor:
        # A second aggregation would only wait for the rows that the first one deletes. Writers insert and never wait.
        if try_advisory_lock(f"counter:{project_id}:{name}"):
            cursor.execute(AGGREGATE, {"project": project_id, "name": name})


def aggregate_all(at_least: int = AGGREGATE_FROM) -> int:
    """Aggregate every counter that has grown to `at_least` rows; return their number."""
    with connection.cursor() as cursor:
        cursor.execute(COUNTERS_TO_AGGREGATE, [at_least])
        grown = cursor.fetchall()
    for project_id, name in grown:
        with isolated(f"aggregation of {name}", project_id):
            aggregate(project_id, name)
    return len(grown)
