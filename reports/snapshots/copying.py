"""Copy the rows of a project into a snapshot, by one INSERT … SELECT each, within the database.

Each statement also counts what it copies, so that a report's numbers match its rows.
"""

from typing import Any

from django.db import connection

TIME = """to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')"""
CREATED, UPDATED = TIME.format(column="source.created_at"), TIME.format(column="source.updated_at")
STATEMENT_TIMEOUT = "10min"  # a million rows take half a minute, longer than the usual limit
MAX_LISTED = 100  # of the fixed findings and of the overdue tasks
MAX_ACCEPTED = 20

# S608 in this file: the only interpolated texts are the constants above.
COPY_FINDINGS = f"""
    WITH copied AS (
        INSERT INTO reports_reportitem (report_id, kind, position, data)
        SELECT %(report)s, 'finding',
            row_number() OVER (ORDER BY score DESC, source.created_at DESC, source.id DESC),
            jsonb_build_object(
                'id', source.id, 'org_id', %(org)s::uuid, 'project_id', %(slug)s::text, 'domain', domain,
                'title', title, 'description', description, 'severity', severity, 'status', status,
                'confidence', confidence,
                'priority',
                jsonb_build_object('impact', impact, 'effort', effort, 'risk', risk, 'score', score),
                'owner_id', owner_id, 'affected_assets', affected_assets, 'evidence', evidence,
                'recommended_fix', recommended_fix, 'created_at', {CREATED}, 'updated_at', {UPDATED},
                'dismissal', CASE WHEN finding_id IS NOT NULL THEN jsonb_build_object(
                    'reason', reason, 'comment', comment, 'accepted_until', accepted_until) END)
        FROM findings_finding AS source
        LEFT JOIN findings_dismissal ON finding_id = source.id AND ended_at IS NULL
        WHERE project_id = %(project)s
        RETURNING data->>'severity' AS severity, data->>'domain' AS domain, data->>'status' AS status,
            (data->'priority'->>'score')::bigint AS score
    )
    SELECT severity, domain, status, count(*), sum(score)::bigint FROM copied GROUP BY 1, 2, 3
"""  # noqa: S608

COPY_TASKS = f"""
    WITH copied AS (
        INSERT INTO reports_reportitem (report_id, kind, position, data)
        SELECT %(report)s, 'task', row_number() OVER (ORDER BY source.created_at DESC, source.id DESC),
            jsonb_build_object(
                'id', source.id, 'finding_id', finding_id, 'title', title, 'status', status,
                'priority', priority, 'owner_id', owner_id, 'sla_due_at', {TIME.format(column="sla_due_at")},
                'external_ticket_key', external_ticket_key, 'pr_url', pr_url,
                'created_at', {CREATED}, 'updated_at', {UPDATED})
        FROM remediation_task AS source WHERE project_id = %(project)s
        RETURNING data->>'status' AS status
    )
    SELECT status, count(*) FROM copied GROUP BY 1
"""  # noqa: S608

COPY_VERIFICATIONS_AND_REGRESSIONS = f"""
    WITH verifications AS (
        INSERT INTO reports_reportitem (report_id, kind, position, data)
        SELECT %(report)s, 'verification', row_number() OVER (ORDER BY source.created_at DESC, source.id DESC),
            jsonb_build_object(
                'id', source.id, 'task_id', task_id, 'finding_id', finding.id, 'title', finding.title,
                'result', result, 'checks', checks, 'verified_by_id', verified_by_id,
                'verified_at', {TIME.format(column="verified_at")},
                'created_at', {CREATED}, 'updated_at', {UPDATED})
        FROM remediation_verification AS source
        JOIN remediation_task AS task ON task.id = task_id
        JOIN findings_finding AS finding ON finding.id = task.finding_id
        WHERE source.project_id = %(project)s AND source.trigger <> 'guard'
    )
    INSERT INTO reports_reportitem (report_id, kind, position, data)
    SELECT %(report)s, 'regression', row_number() OVER (ORDER BY source.created_at DESC, source.id DESC),
        jsonb_build_object(
            'id', source.id, 'finding_id', finding_id, 'title', finding.title,
            'verification_id', verification_id, 'trigger', trigger, 'status', source.status,
            'opened_at', {TIME.format(column="opened_at")}, 'closed_at', {TIME.format(column="closed_at")},
            'created_at', {CREATED}, 'updated_at', {UPDATED})
    FROM findings_regression AS source JOIN findings_finding AS finding ON finding.id = finding_id
    WHERE source.project_id = %(project)s
"""  # noqa: S608

# This statement also counts the accepted risks and returns the first to end, whose rows COPY_FINDINGS has copied.
COPY_FIXED_AND_OVERDUE = f"""
    WITH fixed AS (
        SELECT DISTINCT ON (finding.id) source.id, finding.id AS finding_id, finding.title, severity, domain, checks,
            verified_at, override_reason <> '' AS overridden
        FROM remediation_verification AS source
        JOIN remediation_task AS task ON task.id = task_id
        JOIN findings_finding AS finding ON finding.id = task.finding_id
        WHERE source.project_id = %(project)s AND source.trigger <> 'guard' AND result = 'passed'
            AND finding.status = 'resolved'
        ORDER BY finding.id, verified_at DESC
    ), copied_fixed AS (
        INSERT INTO reports_reportitem (report_id, kind, position, data)
        SELECT %(report)s, 'fixed', row_number() OVER newest,
            jsonb_build_object(
                'id', id, 'finding_id', finding_id, 'title', title, 'severity', severity, 'domain', domain,
                'checks', checks, 'overridden', overridden, 'verified_at', {TIME.format(column="verified_at")})
        FROM fixed WINDOW newest AS (ORDER BY verified_at DESC, id DESC)
        ORDER BY verified_at DESC, id DESC LIMIT {MAX_LISTED}
    ), overdue AS (
        SELECT source.id, finding_id, source.title, source.status, severity, priority, sla_due_at
        FROM remediation_task AS source JOIN findings_finding AS finding ON finding.id = finding_id
        WHERE source.project_id = %(project)s AND source.status <> 'done' AND sla_due_at < %(now)s
    ), copied_overdue AS (
        INSERT INTO reports_reportitem (report_id, kind, position, data)
        SELECT %(report)s, 'overdue', row_number() OVER oldest,
            jsonb_build_object(
                'id', id, 'finding_id', finding_id, 'title', title, 'status', status, 'severity', severity,
                'priority', priority, 'sla_due_at', {TIME.format(column="sla_due_at")})
        FROM overdue WINDOW oldest AS (ORDER BY sla_due_at, id)
        ORDER BY sla_due_at, id LIMIT {MAX_LISTED}
    ), accepted AS (
        SELECT finding.id, title, severity, domain, comment, accepted_until, score
        FROM findings_dismissal JOIN findings_finding AS finding ON finding.id = finding_id
        WHERE project_id = %(project)s AND ended_at IS NULL AND reason = 'accepted_risk'
    ), listed AS (
        SELECT * FROM accepted ORDER BY accepted_until NULLS LAST, score DESC, id LIMIT {MAX_ACCEPTED}
    )
    SELECT (SELECT count(*) FROM fixed), (SELECT count(*) FROM fixed WHERE verified_at >= %(since)s),
        (SELECT count(*) FROM overdue), (SELECT count(*) FROM overdue WHERE sla_due_at >= %(since)s),
        (SELECT count(*) FROM accepted), (SELECT coalesce(json_agg(listed), '[]') FROM listed)
"""  # noqa: S608


def extend_statement_timeout() -> None:
    """Allow each statement of the current transaction STATEMENT_TIMEOUT."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL statement_timeout = '{STATEMENT_TIMEOUT}'")


def copy(statement: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Run a statement above and return what it counted."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall()) if cursor.description else []
