"""Take and read snapshots."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.db import connection

from accounts.models import Project
from events import counters
from findings.models import OPEN_STATUSES
from reports import queries
from reports.models import Report, ReportItem
from reports.queries import Counts, Period
from reports.snapshots.snapshot import FINDING_KEYS, TASK_KEYS, Item, Snapshot, order_keys

# One INSERT … SELECT for each table: the rows never travel to the application.
TIME = """to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')"""
CREATED, UPDATED = TIME.format(column="source.created_at"), TIME.format(column="source.updated_at")

BATCH_SIZE = 500
STATEMENT_TIMEOUT = "10min"  # a million rows take half a minute, longer than the usual limit

# Each statement counts what it copies, so that the numbers of a report always match its rows.
# S608: the only interpolated text is the constant above.
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
                'recommended_fix', recommended_fix, 'created_at', {CREATED}, 'updated_at', {UPDATED})
        FROM findings_finding AS source WHERE project_id = %(project)s
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


def take_snapshot(report: Report, project: Project, period: Period) -> None:
    """Copy the rows and set the report's numbers and names. The caller saves the report."""
    values = {
        "report": report.pk,
        "project": project.pk,
        "org": project.organization_id,
        "slug": project.slug,
    }
    findings, tasks = _copy(COPY_FINDINGS, values), _copy(COPY_TASKS, values)
    report.breakdown = count_breakdown(findings, tasks)
    report.summary = _summary(project.pk, period, report.breakdown["findings_by_status"], findings)
    report.subject = {
        "organization": project.organization.name,
        "project": project.name,
        "site_url": project.site_url,
    }


def _copy(statement: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL statement_timeout = '{STATEMENT_TIMEOUT}'")
        cursor.execute(statement, values)
        return list(cursor.fetchall())


def count_breakdown(findings: list[tuple[Any, ...]], tasks: list[tuple[Any, ...]]) -> dict[str, Counts]:
    # Rows are (severity, domain, status, number, score) and (status, number).
    open_rows = [row for row in findings if row[2] in OPEN_STATUSES]
    return {
        "open_by_severity": queries.sum_by_key((row[0], row[3]) for row in open_rows),
        "open_by_domain": queries.sum_by_key((row[1], row[3]) for row in open_rows),
        "findings_by_status": queries.sum_by_key((row[2], row[3]) for row in findings),
        "tasks_by_status": queries.sum_by_key(tasks),
    }


def _summary(
    project_id: UUID, period: Period, by_status: Counts, findings: list[tuple[Any, ...]]
) -> dict[str, Any]:
    series = queries.burn_down(project_id, period)
    # Today's risk is that of the copied rows: the counters may have changed since.
    series[-1]["open_risk_score"] = sum(row[4] for row in findings if row[2] in OPEN_STATUSES)
    pass_rate, regression_rate = queries.rates(
        counters.all_totals(project_id, "verification", "regression"), by_status
    )
    return {
        "risk_burn_down": series,
        "verification_pass_rate": pass_rate,
        "regression_rate": regression_rate,
        "open_findings": sum(by_status.get(status, 0) for status in OPEN_STATUSES),
    }


class SnapshotItems:
    """The copied rows of one kind, read in batches on each iteration."""

    def __init__(self, report_id: UUID, kind: str, keys: tuple[str, ...]) -> None:
        self.rows = ReportItem.objects.filter(report_id=report_id, kind=kind).order_by("position")
        self.keys = keys

    def __iter__(self) -> Iterator[Item]:
        start, full = 1, True
        while full:
            end = start + BATCH_SIZE - 1
            # Ranges of positions: a server-side cursor outside a transaction would copy the whole result first, and
            # LIMIT might sort all of it.
            batch = self.rows.filter(position__range=(start, end)).values_list("data", flat=True)
            for data in batch:
                yield order_keys(data, self.keys)
            start, full = start + BATCH_SIZE, len(batch) == BATCH_SIZE


def load_snapshot(report: Report) -> Snapshot:
    return Snapshot(
        report_id=str(report.pk),
        org_id=str(report.project.organization_id),
        project_id=report.project.slug,
        period_start=report.period_start,
        period_end=report.period_end,
        taken_at=report.created_at,
        summary=report.summary,
        breakdown=report.breakdown,
        findings=SnapshotItems(report.pk, ReportItem.Kind.FINDING, FINDING_KEYS),
        tasks=SnapshotItems(report.pk, ReportItem.Kind.TASK, TASK_KEYS),
        **report.subject,
    )
