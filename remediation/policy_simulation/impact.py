"""What a policy's config does to findings and tasks that are there already: told beforehand, and done, by the same SQL.

Set-based: a million rows are one pass in the database. `seal` of a consequence is made of every row that it moves, from
what and to what: two with the same seal move the same rows in the same way.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import batched
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import Project
from findings import priority
from findings.models import OPEN_STATUSES, Finding, Severity
from findings.policy_rules import severity_rules
from findings.services import traffic_weight
from findings.weight import WEIGHT
from krafter_audit.db.sql import fetch_all
from remediation.models import Task
from remediation.sla import hours_of

LOT = 1000
PRIORITY = ("impact", "effort", "risk", "score")
Moves = Counter[tuple[str, str]]

RULES = "unnest(%(domains)s::text[], %(severities)s::text[]) AS r (domain, severity)"
SEVERITIES = f"""
    SELECT f.id, f.severity AS was, r.severity AS now
    FROM findings_finding AS f JOIN {RULES} ON r.domain = f.domain
    WHERE f.project_id = %(project)s AND f.status = ANY(%(open)s) AND f.severity <> r.severity
"""  # noqa: S608 - texts of our own
# A date that a person has set stays. The dates of before and after count as the same within a second.
DATES = f"""
    SELECT t.id, t.sla_due_at AS was, t.created_at + make_interval(secs => h.seconds) AS now
    FROM remediation_task AS t JOIN findings_finding AS f ON f.id = t.finding_id
    LEFT JOIN {RULES} ON r.domain = f.domain AND f.status = ANY(%(open)s)
    LEFT JOIN unnest(%(dated)s::text[], %(seconds)s::float8[]) AS h (severity, seconds)
        ON h.severity = coalesce(r.severity, f.severity)
    WHERE t.project_id = %(project)s AND t.status = ANY(%(undone)s) AND t.sla_from_policy AND CASE
        WHEN t.sla_due_at IS NULL OR h.seconds IS NULL THEN (t.sla_due_at IS NULL) <> (h.seconds IS NULL)
        ELSE abs(extract(epoch FROM t.sla_due_at - t.created_at) - h.seconds) >= 1 END
"""  # noqa: S608 - texts of our own
SEAL = "coalesce(sum(hashtextextended(concat_ws(' ', id, {was}, {now}), 0)), 0)::text"
SEAL_OF_SEVERITIES = SEAL.format(was="was", now="now")
SEAL_OF_DATES = SEAL.format(was="extract(epoch FROM was)", now="extract(epoch FROM now)")

TELL_SEVERITIES = f"""
    WITH moved AS ({SEVERITIES})
    SELECT was, now, count(*), {SEAL_OF_SEVERITIES} FROM moved GROUP BY was, now
"""  # noqa: S608 - texts of our own
TELL_DATES = f"""
    WITH moved AS ({DATES})
    SELECT count(*) FILTER (WHERE was IS NOT NULL AND now IS NOT NULL), count(*) FILTER (WHERE was IS NULL),
        count(*) FILTER (WHERE now IS NULL),
        count(*) FILTER (WHERE now < %(moment)s AND (was >= %(moment)s OR was IS NULL)), {SEAL_OF_DATES}
    FROM moved
"""  # noqa: S608 - texts of our own
EVENTS = """
    INSERT INTO events_event (organization_id, project_id, name, subject_id, actor_id, actor, request_id, data, at)
    SELECT %(organization)s, %(project)s, '{name}', id, %(by)s, %(actor)s, %(request)s,
        jsonb_build_object('was', jsonb_build_object('{field}', {was}), 'now', jsonb_build_object('{field}', {now}),
                           'plan', %(version)s::int), %(moment)s
    FROM moved
"""
# Numbers that were the usual ones of the old severity follow the new one; a person's or a source's own stay.
USUAL = (
    "unnest(%(words)s::text[], %(impacts)s::int[], %(efforts)s::int[], %(risks)s::int[], %(scores)s::int[])"
    " AS {name} (severity, impact, effort, risk, score)"
)
NUMBERS = ", ".join(
    f"{name} = CASE WHEN (f.impact, f.effort, f.risk, f.score) = (o.impact, o.effort, o.risk, o.score)"
    f" THEN n.{name} ELSE f.{name} END"
    for name in PRIORITY
)
MOVE_SEVERITIES = f"""
    WITH moved AS MATERIALIZED ({SEVERITIES} ORDER BY f.id FOR UPDATE OF f),
    written AS (
        UPDATE findings_finding AS f SET severity = moved.now, updated_at = %(moment)s, {NUMBERS}
        FROM moved JOIN {USUAL.format(name="o")} ON o.severity = moved.was
            JOIN {USUAL.format(name="n")} ON n.severity = moved.now
        WHERE f.id = moved.id
    ), told AS ({EVENTS.format(name="finding.updated", field="severity", was="was", now="now")})
    SELECT {SEAL_OF_SEVERITIES} FROM moved
"""  # noqa: S608 - texts of our own
WRITTEN = "to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"
MOVE_DATES = f"""
    WITH moved AS MATERIALIZED ({DATES} ORDER BY t.id FOR UPDATE OF t),
    written AS (
        UPDATE remediation_task AS t SET sla_due_at = moved.now, updated_at = %(moment)s
        FROM moved WHERE t.id = moved.id
    ), told AS ({
    EVENTS.format(
        name="task.updated", field="sla_due_at", was=WRITTEN.format("was"), now=WRITTEN.format("now")
    )
})
    SELECT {SEAL_OF_DATES} FROM moved
"""  # noqa: S608 - texts of our own
WEIGHED = f"""
    WITH moved AS MATERIALIZED ({SEVERITIES} ORDER BY f.id FOR UPDATE OF f)
    SELECT moved.id, moved.was, moved.now FROM moved JOIN findings_finding AS f USING (id)
    WHERE f.evidence ? '{WEIGHT}'
"""  # noqa: S608 - texts of our own


@dataclass(frozen=True)
class PolicyImpact:
    """What a config would move: findings by (from, to); dates moved, given, lifted, overdue at once; and its seal."""

    severities: Moves = field(default_factory=Counter)
    dates: dict[str, int] = field(default_factory=dict)
    seal: str = ""


def tell(project: Project, config: dict[str, Any]) -> PolicyImpact:
    """Return what the config would move; nothing changes."""
    asked = _asked(project, config)
    found = fetch_all(TELL_SEVERITIES, asked, model=Finding)
    severities = Counter({(was, now): rows for was, now, rows, _ in found})
    (moved, given, lifted, overdue, dates) = fetch_all(TELL_DATES, asked, model=Task)[0]
    counts = {"moved": moved, "given": given, "lifted": lifted, "overdue_at_once": overdue}
    return PolicyImpact(severities, counts, _seal(sum(int(part) for _, _, _, part in found), dates))


def carry_out(project: Project, config: dict[str, Any], *, version: int, by: Actor) -> str:
    """Move what the config moves, in the current transaction, and return the seal of what was moved.

    Findings are locked before tasks, each in the order of their ids.
    """
    asked = _asked(project, config) | {
        "organization": project.organization_id,
        "by": by.user_id,
        "actor": by.kind,
        "request": by.request_id,
        "version": version,
    }
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '15min'")  # one pass over all that is open
        cursor.execute(WEIGHED, asked)
        carried = cursor.fetchall()
        cursor.execute(MOVE_SEVERITIES, asked)
        severities = cursor.fetchone()[0]
        for severity, before in _lots(carried):
            traffic_weight.follow_severity(before, severity)
        cursor.execute(MOVE_DATES, asked)
        return _seal(severities, cursor.fetchone()[0])


def _lots(carried: list[tuple[UUID, str, str]]) -> Iterator[tuple[str, dict[UUID, str]]]:
    for severity in Severity.values:
        for lot in batched(((pk, was) for pk, was, now in carried if now == severity), LOT):
            yield severity, dict(lot)


def _seal(severities: Any, dates: Any) -> str:
    return f"{severities} {dates}"


def _asked(project: Project, config: dict[str, Any]) -> dict[str, Any]:
    rules, hours = severity_rules(config), hours_of(config)
    usual = {word: priority.usual(word) for word in Severity.values}
    return {
        "project": project.pk,
        "domains": list(rules),
        "severities": list(rules.values()),
        "open": list(OPEN_STATUSES),
        "undone": list(Task.OPEN),
        "dated": list(hours),
        "seconds": [float(count) * 3600 for count in hours.values()],
        "moment": timezone.now(),
        "words": list(usual),
        **{
            f"{name}s": [getattr(one, name) for one in usual.values()]
            for name in ("impact", "effort", "risk", "score")
        },
    }
