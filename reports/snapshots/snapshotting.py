"""Keeping the moment: one INSERT … SELECT for each kind copies findings and tasks beside their report.

Each statement counts what it copies, so the report's numbers and the rows behind them are of one instant.
"""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.db import connection

from accounts.models import Project
from events import tallies
from findings.models import OPEN_STATUSES
from reports import queries
from reports.models import Report, ReportItem
from reports.queries import Counts, Period
from reports.snapshots.snapshot import FINDING_KEYS, TASK_KEYS, Item, Snapshot, in_order

TIME = """to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')"""
CREATED, UPDATED = TIME.format(column="source.created_at"), TIME.format(column="source.updated_at")

LOT = 500
PATIENCE = "10min"  # a million rows take half a minute: the limit of other statements is too tight

# S608 is silenced: the only text put in is the constant above.
FREEZE_FINDINGS = f"""
    WITH frozen AS (
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
    SELECT severity, domain, status, count(*), sum(score)::bigint FROM frozen GROUP BY 1, 2, 3
"""  # noqa: S608

FREEZE_TASKS = f"""
    WITH frozen AS (
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
    SELECT status, count(*) FROM frozen GROUP BY 1
"""  # noqa: S608


def freeze(report: Report, project: Project, period: Period) -> None:
    """Copy the rows and fill in the report's summary, breakdown and subject. The caller saves it."""
    values = {
        "report": report.pk,
        "project": project.pk,
        "org": project.organization_id,
        "slug": project.slug,
    }
    findings, tasks = _copied(FREEZE_FINDINGS, values), _copied(FREEZE_TASKS, values)
    report.breakdown = breakdown_of(findings, tasks)
    report.summary = _summary(project.pk, period, report.breakdown["findings_by_status"], findings)
    report.subject = {
        "organization": project.organization.name,
        "project": project.name,
        "site_url": project.site_url,
    }


def _copied(statement: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL statement_timeout = '{PATIENCE}'")
        cursor.execute(statement, values)
        return list(cursor.fetchall())


def breakdown_of(findings: list[tuple[Any, ...]], tasks: list[tuple[Any, ...]]) -> dict[str, Counts]:
    """Count `(severity, domain, status, number, score)` and `(status, number)` by each of their words."""
    still_open = [row for row in findings if row[2] in OPEN_STATUSES]
    return {
        "open_by_severity": queries.add_up((row[0], row[3]) for row in still_open),
        "open_by_domain": queries.add_up((row[1], row[3]) for row in still_open),
        "findings_by_status": queries.add_up((row[2], row[3]) for row in findings),
        "tasks_by_status": queries.add_up(tasks),
    }


def _summary(
    project_id: UUID, period: Period, by_status: Counts, findings: list[tuple[Any, ...]]
) -> dict[str, Any]:
    """Build the summary as the API shows it; today's numbers are those of the rows just copied."""
    series = queries.burn_down(project_id, period)
    series[-1]["open_risk_score"] = sum(row[4] for row in findings if row[2] in OPEN_STATUSES)
    passed, came_back = queries.rates(tallies.all_totals(project_id, "verification", "regression"), by_status)
    return {
        "risk_burn_down": series,
        "verification_pass_rate": passed,
        "regression_rate": came_back,
        "open_findings": sum(by_status.get(status, 0) for status in OPEN_STATUSES),
    }


class FrozenItems:
    """The copied rows of one kind, read in small lots each time they are walked: memory stays flat.

    By ranges of positions, which have no gaps. Outside a transaction a server-side cursor copies the whole
    result first, and a LIMIT may sort all of it: a page with twenty rows would pay for a hundred thousand.
    """

    def __init__(self, report_id: UUID, kind: str, keys: tuple[str, ...]) -> None:
        self.rows = ReportItem.objects.filter(report_id=report_id, kind=kind).order_by("position")
        self.keys = keys

    def __iter__(self) -> Iterator[Item]:
        start, full = 1, True
        while full:
            lot = self.rows.filter(position__range=(start, start + LOT - 1)).values_list("data", flat=True)
            for data in lot:
                yield in_order(data, self.keys)
            start, full = start + LOT, len(lot) == LOT


def snapshot_of(report: Report) -> Snapshot:
    """Return the report's frozen picture."""
    return Snapshot(
        report_id=str(report.pk),
        org_id=str(report.project.organization_id),
        project_id=report.project.slug,
        period_start=report.period_start,
        period_end=report.period_end,
        taken_at=report.created_at,
        summary=report.summary,
        breakdown=report.breakdown,
        findings=FrozenItems(report.pk, ReportItem.Kind.FINDING, FINDING_KEYS),
        tasks=FrozenItems(report.pk, ReportItem.Kind.TASK, TASK_KEYS),
        **report.subject,
    )
