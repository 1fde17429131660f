"""The changes that a policy config makes to existing findings and tasks: previewed and applied by the same SQL."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import batched
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import Project
from events import outbox
from findings import priority
from findings.models import OPEN_STATUSES, Finding, Severity
from findings.policy_rules import severity_rules
from findings.priority import TRAFFIC_WEIGHT
from findings.services import traffic_weight
from krafter_audit.db.sql import fetch_all
from remediation.models import Task
from remediation.sla.policy import hours_of

BATCH_SIZE = 1000
PRIORITY_COLUMNS = ("impact", "effort", "risk", "score")
SeverityChanges = Counter[tuple[str, str]]

# SQL, since a policy may change a million rows: the database changes all of them in one pass.
SEVERITY_RULES = "unnest(%(domains)s::text[], %(severities)s::text[]) AS r (domain, severity)"
SEVERITY_CHANGES = f"""
    SELECT f.id, f.severity AS was, r.severity AS now
    FROM findings_finding AS f JOIN {SEVERITY_RULES} ON r.domain = f.domain
    WHERE f.project_id = %(project)s AND f.status = ANY(%(open_statuses)s) AND f.severity <> r.severity
"""  # noqa: S608 - constants of this module
# Dates that a person has set stay. Dates less than a second apart are equal. The dates of an SLA clock are recalculated
# in the background, and are in no plan; nor are those of dismissed findings, whose clocks are paused.
DUE_DATE_CHANGES = f"""
    SELECT t.id, t.sla_due_at AS was, t.created_at + make_interval(secs => h.seconds) AS now
    FROM remediation_task AS t JOIN findings_finding AS f ON f.id = t.finding_id
    LEFT JOIN {SEVERITY_RULES} ON r.domain = f.domain AND f.status = ANY(%(open_statuses)s)
    LEFT JOIN unnest(%(sla_severities)s::text[], %(seconds)s::float8[]) AS h (severity, seconds)
        ON h.severity = coalesce(r.severity, f.severity)
    WHERE %(dates_in_plan)s AND t.project_id = %(project)s
        AND t.status = ANY(%(open_task_statuses)s) AND t.sla_from_policy AND f.status <> 'dismissed' AND CASE
        WHEN t.sla_due_at IS NULL OR h.seconds IS NULL THEN (t.sla_due_at IS NULL) <> (h.seconds IS NULL)
        ELSE abs(extract(epoch FROM t.sla_due_at - t.created_at) - h.seconds) >= 1 END
"""  # noqa: S608 - constants of this module
# Covers each changed row with its old and new value: changes with the same checksum are the same. A sum does not
# depend on the order of the rows.
CHECKSUM = "coalesce(sum(hashtextextended(concat_ws(' ', id, {was}, {now}), 0)), 0)::text"
SEVERITIES_CHECKSUM = CHECKSUM.format(was="was", now="now")
DATES_CHECKSUM = CHECKSUM.format(was="extract(epoch FROM was)", now="extract(epoch FROM now)")

PREVIEW_SEVERITY_CHANGES = f"""
    WITH moved AS ({SEVERITY_CHANGES})
    SELECT was, now, count(*), {SEVERITIES_CHECKSUM} FROM moved GROUP BY was, now
"""  # noqa: S608 - constants of this module
PREVIEW_DUE_DATE_CHANGES = f"""
    WITH moved AS ({DUE_DATE_CHANGES})
    SELECT count(*) FILTER (WHERE was IS NOT NULL AND now IS NOT NULL), count(*) FILTER (WHERE was IS NULL),
        count(*) FILTER (WHERE now IS NULL),
        count(*) FILTER (WHERE now < %(moment)s AND (was >= %(moment)s OR was IS NULL)), {DATES_CHECKSUM}
    FROM moved
"""  # noqa: S608 - constants of this module
INSERT_EVENTS = """
    INSERT INTO events_event (organization_id, project_id, name, subject_id, actor_id, actor, request_id, data, at)
    SELECT %(organization)s, %(project)s, '{name}', id, %(by)s, %(actor)s, %(request)s,
        jsonb_build_object('before', jsonb_build_object('{field}', {was}), 'after',
                           jsonb_build_object('{field}', {now}), 'policy_version', %(version)s::int), %(moment)s
    FROM moved
"""
# Default priorities of the old severity become those of the new one. Others, set by a person or a source, stay.
DEFAULT_PRIORITIES = (
    "unnest(%(levels)s::text[], %(impacts)s::int[], %(efforts)s::int[], %(risks)s::int[], %(scores)s::int[])"
    " AS {name} (severity, impact, effort, risk, score)"
)
SET_PRIORITY = ", ".join(
    f"{name} = CASE WHEN (f.impact, f.effort, f.risk, f.score) = (o.impact, o.effort, o.risk, o.score)"
    f" THEN n.{name} ELSE f.{name} END"
    for name in PRIORITY_COLUMNS
)
APPLY_SEVERITY_CHANGES = f"""
    WITH moved AS MATERIALIZED ({SEVERITY_CHANGES} ORDER BY f.id FOR UPDATE OF f),
    written AS (
        UPDATE findings_finding AS f SET severity = moved.now, updated_at = %(moment)s, {SET_PRIORITY}
        FROM moved JOIN {DEFAULT_PRIORITIES.format(name="o")} ON o.severity = moved.was
            JOIN {DEFAULT_PRIORITIES.format(name="n")} ON n.severity = moved.now
        WHERE f.id = moved.id
    ), logged AS ({INSERT_EVENTS.format(name="finding.updated", field="severity", was="was", now="now")})
    SELECT {SEVERITIES_CHECKSUM} FROM moved
"""  # noqa: S608 - constants of this module
TIMESTAMP = "to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"
APPLY_DUE_DATE_CHANGES = f"""
    WITH moved AS MATERIALIZED ({DUE_DATE_CHANGES} ORDER BY t.id FOR UPDATE OF t),
    written AS (
        UPDATE remediation_task AS t SET sla_due_at = moved.now, updated_at = %(moment)s
        FROM moved WHERE t.id = moved.id
    ), logged AS ({
    INSERT_EVENTS.format(
        name="task.updated", field="sla_due_at", was=TIMESTAMP.format("was"), now=TIMESTAMP.format("now")
    )
})
    SELECT {DATES_CHECKSUM} FROM moved
"""  # noqa: S608 - constants of this module
LOGGED_EVENT_NAMES = ("finding.updated", "task.updated")
# A finding that is weighted by traffic has other priorities than its severity's defaults: it is recomputed in Python.
SELECT_TRAFFIC_WEIGHTED = f"""
    WITH moved AS MATERIALIZED ({SEVERITY_CHANGES} ORDER BY f.id FOR UPDATE OF f)
    SELECT moved.id, moved.was, moved.now FROM moved JOIN findings_finding AS f USING (id)
    WHERE f.evidence ? '{TRAFFIC_WEIGHT}'
"""  # noqa: S608 - constants of this module


@dataclass(frozen=True)
class PolicyImpact:
    """The changes of a config: findings by (from, to) severity, SLA dates by kind of change, the checksum."""

    severities: SeverityChanges
    dates: dict[str, int]
    checksum: str


def preview(project: Project, config: dict[str, Any], *, dates_in_plan: bool) -> PolicyImpact:
    params = _params(project, config, dates_in_plan)
    rows = fetch_all(PREVIEW_SEVERITY_CHANGES, params, model=Finding)
    severities = Counter({(was, now): count for was, now, count, _ in rows})
    (moved, added, removed, overdue, dates) = fetch_all(PREVIEW_DUE_DATE_CHANGES, params, model=Task)[0]
    counts = {"moved": moved, "added": added, "removed": removed, "overdue_at_once": overdue}
    return PolicyImpact(severities, counts, _checksum(sum(int(part) for _, _, _, part in rows), dates))


def apply(project: Project, config: dict[str, Any], *, dates_in_plan: bool, version: int, by: Actor) -> str:
    """Make the changes of the config in the current transaction and return their checksum."""
    params = _params(project, config, dates_in_plan) | {
        "organization": project.organization_id,
        "by": by.user_id,
        "actor": by.kind,
        "request": by.request_id,
        "version": version,
    }
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '15min'")  # one pass over all open findings and tasks
        # Findings are locked before tasks, each in the order of their ids: the project's one order of locks.
        cursor.execute(SELECT_TRAFFIC_WEIGHTED, params)
        with_traffic = cursor.fetchall()
        cursor.execute(APPLY_SEVERITY_CHANGES, params)
        severities = cursor.fetchone()[0]
        for severity, previous in _batches(with_traffic):
            traffic_weight.update_default_priorities(previous, severity)
        cursor.execute(APPLY_DUE_DATE_CHANGES, params)
        checksum = _checksum(severities, cursor.fetchone()[0])
    outbox.enqueue_logged(project, LOGGED_EVENT_NAMES, at=params["moment"])
    return checksum


def _batches(rows: list[tuple[UUID, str, str]]) -> Iterator[tuple[str, dict[UUID, str]]]:
    for severity in Severity.values:
        for batch in batched(((pk, was) for pk, was, now in rows if now == severity), BATCH_SIZE):
            yield severity, dict(batch)


def _checksum(severities: Any, dates: Any) -> str:
    return f"{severities} {dates}"


def _params(project: Project, config: dict[str, Any], dates_in_plan: bool) -> dict[str, Any]:
    rules, hours = severity_rules(config), hours_of(config)
    defaults = {severity: priority.for_severity(severity) for severity in Severity.values}
    return {
        "project": project.pk,
        "domains": list(rules),
        "severities": list(rules.values()),
        "open_statuses": list(OPEN_STATUSES),
        "open_task_statuses": list(Task.OPEN),
        "dates_in_plan": dates_in_plan,
        "sla_severities": list(hours),
        "seconds": [float(count) * 3600 for count in hours.values()],
        "moment": timezone.now(),
        "levels": list(defaults),
        **{
            f"{name}s": [getattr(default, name) for default in defaults.values()] for name in PRIORITY_COLUMNS
        },
    }
