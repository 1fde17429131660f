"""A world of any size, made by the database itself: skewed as real ones are, with totals kept by the real triggers.

Fifty projects; the first has four fifths of the findings, which are spread over a year. Half of them have a task, and
most of these a verification with its evidence.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import AutoField, Model

from accounts.models import Organization, Project
from events.models import Event
from findings.models import Finding, Regression
from remediation.models import Task, Verification
from scanner.evidence_bundle.chain import GENESIS, first_hash
from scanner.evidence_bundle.jcs import canonical, plain
from scans.models import Scan

PROJECTS, OWNERS = 50, 40
LOT = 50_000  # rows of one statement
EXPORTED = "exported"

# A number that looks random and is the same every time.
DICE = "(hashint8(i * 7919 + {salt}) & 2147483647) %% {sides}"


def dice(salt: int, sides: int) -> str:
    """Return an expression for a number below `sides`."""
    return DICE.format(salt=salt, sides=sides)


def word(salt: int, shares: dict[str, int]) -> str:
    """Return an expression for one of the words, each as often as its share of a hundred says."""
    line, below = f"CASE WHEN {dice(salt, 100)} < 0 THEN ''", 0
    for name, share in shares.items():
        below += share
        line += f" WHEN {dice(salt, 100)} < {below} THEN '{name}'"
    return f"{line} END"


SEVERITY = word(1, {"critical": 5, "high": 20, "medium": 45, "low": 30})
DOMAIN = word(2, {"security": 30, "performance": 20, "accessibility": 30, "seo": 20})
STATUS = word(
    3, {"new": 35, "triaged": 15, "in_progress": 10, "ready_verify": 10, "resolved": 25, "dismissed": 5}
)

# S608 is silenced: everything that is put in is a constant of this file.
FINDINGS = f"""
    INSERT INTO findings_finding (id, created_at, updated_at, project_id, domain, title, description, severity,
        status, confidence, impact, effort, risk, score, owner_id, affected_assets, evidence, recommended_fix,
        check_keys, last_seen_at)
    SELECT uuidv7(at - now()), at, at, project_id, domain, title, repeat('What was seen, in words. ', 4), severity,
        status, '1'::jsonb, score, {dice(4, 100)}, score, score, owner_id,
        jsonb_build_array(jsonb_build_object('type', 'url', 'value', 'https://example.com/page/' || i)),
        jsonb_build_object('checks', jsonb_build_array('security_header_csp'), 'seen', repeat('x', 120)),
        '{{"summary": "Send the header.", "steps": ["Open the settings.", "Add the line."], "references": []}}'::jsonb,
        ARRAY['security_header_csp'], at
    FROM (
        SELECT i,
            (%(projects)s::uuid[])[CASE WHEN i %% 10 < 8 THEN 1 ELSE 2 + (i / 10) %% %(others)s END] AS project_id,
            now() - interval '365 days' * (1 - i::float8 / %(all)s) AS at, {DOMAIN} AS domain, {SEVERITY} AS severity,
            {STATUS} AS status, 'Finding ' || i || ' of the page /shop/' || {dice(5, 100_000)} AS title,
            CASE WHEN {dice(6, 10)} < 3 THEN (%(owners)s::uuid[])[1 + {dice(7, OWNERS)}] END AS owner_id,
            least(100, {dice(8, 101)}) AS score
        FROM generate_series(%(start)s::bigint, %(end)s::bigint) AS i
    ) AS made
"""  # noqa: S608

TASKS = """
    INSERT INTO remediation_task (id, created_at, updated_at, project_id, finding_id, title, status, priority, owner_id,
        sla_due_at)
    SELECT uuidv7(created_at - now() + interval '1 hour'), created_at + interval '1 hour', updated_at, project_id, id,
        'Mend: ' || left(title, 60),
        CASE status WHEN 'resolved' THEN 'done' WHEN 'triaged' THEN 'backlog' ELSE status END, severity, owner_id,
        created_at + CASE severity WHEN 'critical' THEN interval '1 day' WHEN 'high' THEN interval '3 days'
            WHEN 'medium' THEN interval '14 days' ELSE interval '30 days' END
    FROM findings_finding WHERE status IN ('triaged', 'in_progress', 'ready_verify', 'resolved')
"""

CHECKS = (
    """'[{"key": "security_header_csp", "before": "failed", "after": "passed", "status": "passed"}]'::jsonb"""
)
VERIFICATIONS = f"""
    INSERT INTO remediation_verification (id, created_at, updated_at, project_id, task_id, result, checks, running,
        manual, verified_at)
    SELECT uuidv7(created_at - now() + interval '1 hour'), created_at + interval '1 hour', updated_at, project_id, id,
        CASE status WHEN 'done' THEN 'passed' ELSE 'pending' END, {CHECKS}, false, false,
        CASE status WHEN 'done' THEN created_at + interval '2 hours' END
    FROM remediation_task WHERE status IN ('done', 'ready_verify')
"""  # noqa: S608

REGRESSIONS = """
    INSERT INTO findings_regression (id, created_at, updated_at, project_id, finding_id, trigger, status, opened_at,
        closed_at)
    SELECT uuidv7(created_at - now() + interval '3 hours'), created_at + interval '3 hours', updated_at, project_id, id,
        'scan_detected', CASE status WHEN 'resolved' THEN 'closed' ELSE 'open' END, created_at + interval '3 hours',
        CASE status WHEN 'resolved' THEN created_at + interval '4 hours' END
    FROM findings_finding WHERE status IN ('resolved', 'in_progress') AND score < 8
"""

SCANS = """
    INSERT INTO scans_scan (id, created_at, updated_at, project_id, url, trigger, status, summary, started_at,
        finished_at)
    SELECT uuidv7(at - now()), at, at, id, 'https://example.com/', 'scheduled', 'completed', '{}'::jsonb, at, at
    FROM accounts_project, LATERAL (SELECT now() - interval '1 day' * n AS at FROM generate_series(1, 365) AS n) AS days
"""

EVENTS = """
    INSERT INTO events_event (organization_id, project_id, name, subject_id, actor_id, actor, request_id, data, at)
    SELECT %(organization)s, project_id, name, id, NULL::uuid, 'system', '', data, at FROM (
        SELECT project_id, 'finding.created' AS name, id, created_at AS at,
            jsonb_build_object('severity', severity, 'domain', domain) AS data FROM findings_finding
        UNION ALL
        SELECT project_id, 'task.created', id, created_at, jsonb_build_object('finding_id', finding_id)
        FROM remediation_task
        UNION ALL
        SELECT project_id, 'verification.started', id, created_at, jsonb_build_object('task_id', task_id)
        FROM remediation_verification
    ) AS told ORDER BY at
"""

LINKS = """
    COPY remediation_evidence (project_id, verification_id, sequence, key, body, previous_hash, hash, recorded_at, kind,
        format, key_id, signature) FROM STDIN
"""
ENDS = """
    INSERT INTO remediation_evidencechain (project_id, sequence, hash, recorded_at)
    SELECT DISTINCT ON (project_id) project_id, sequence, hash, recorded_at FROM remediation_evidence
    ORDER BY project_id, sequence DESC
"""

Say = Callable[[str], None]


def generate(
    findings: int,
    exported: int,
    *,
    organization: Organization,
    projects: list[Project],
    owners: list[UUID],
    say: Say,
) -> None:
    """Make the rows; `projects` ends with the one that has exactly `exported` findings."""
    spread = {"projects": [project.pk for project in projects[:-1]], "others": PROJECTS - 1, "owners": owners}
    for start in range(1, findings + 1, LOT):
        say(f"findings {start - 1:,}")
        fill(
            Finding,
            FINDINGS,
            {**spread, "all": findings, "start": start, "end": min(findings, start + LOT - 1)},
        )
    alone = {"projects": [projects[-1].pk] * PROJECTS, "others": PROJECTS - 1, "owners": owners}
    fill(Finding, FINDINGS, {**alone, "all": exported, "start": 1, "end": exported})
    for model, statement in (
        (Task, TASKS), (Verification, VERIFICATIONS), (Regression, REGRESSIONS), (Scan, SCANS), (Event, EVENTS),
    ):  # fmt: skip
        say(f"{model._meta.verbose_name_plural}")
        fill(model, statement, {"organization": organization.pk})
    say("evidence")
    write_evidence()
    say("statistics")
    execute("VACUUM ANALYZE", None)


def fill(model: type[Model], statement: str, values: dict[str, Any]) -> None:
    """Run an INSERT … SELECT; columns that it does not name get what a new row of the model has in them."""
    head, columns, rows = re.split(r"[()]", statement, maxsplit=2)
    named = {name.strip() for name in columns.split(",")}
    rest = [
        field
        for field in model._meta.concrete_fields
        if field.attname not in named and not isinstance(field, AutoField)
    ]
    more = {
        f"rest_{field.attname}": field.get_db_prep_save(field.get_default(), connection) for field in rest
    }
    names = "".join(f", {field.attname}" for field in rest)
    places = "".join(f", %(rest_{field.attname})s::{field.db_type(connection)}" for field in rest)
    whole = f"{head} ({columns}{names}) SELECT made.* {places} FROM ({rows}) AS made"  # noqa: S608 - our own columns
    execute(whole, {**values, **more})


def execute(statement: str, values: dict[str, Any] | None) -> None:
    """Run one statement, however long it takes."""
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute(statement, values)


def write_evidence() -> None:
    """Chain a link of the first form, which is not signed, for each verification, project by project."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT project_id, id, created_at FROM remediation_verification ORDER BY project_id, created_at"
        )
        rows = cursor.fetchall()
        # The trigger that moves the chain's end would leave a version of that row for each link of the transaction.
        cursor.execute("ALTER TABLE remediation_evidence DISABLE TRIGGER remediation_evidence_follows")
        with cursor.copy(LINKS) as out:
            for link in links(rows):
                out.write_row(link)
        cursor.execute("ALTER TABLE remediation_evidence ENABLE TRIGGER remediation_evidence_follows")
        cursor.execute(ENDS)


def links(rows: list[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    """Walk over the links of `(project, verification, time)`, which come project by project."""
    project, sequence, last = None, 0, GENESIS
    for project_id, verification_id, at in rows:
        if project_id != project:
            project, sequence, last = project_id, 0, GENESIS
        sequence += 1
        key = "security_header_csp"
        seen = {"checked_at": at, "saw": "a header", "status": "passed"}
        told = {"sequence": sequence, "verification_id": verification_id, "key": key, **seen}
        body = canonical(plain(told))
        previous, last = last, first_hash(last, body)
        yield project_id, verification_id, sequence, key, body, previous, last, at, "check", 1, "", ""
