from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from findings.models import Finding
from krafter_audit.db.sql import fetch_all
from reports import queries
from reports.queries import Counts, Period

# One row for each of the periods, in their order. The first day is that of the first scan or finding. Only findings
# that the report lists as fixed (copying.py) are fixed: a finding that came back is not.
COUNT_ACTIVITIES = """
    SELECT
        (SELECT count(*) FROM findings_finding
            WHERE project_id = %(project)s AND created_at >= since AND created_at < until),
        (SELECT count(DISTINCT finding_id)
            FROM remediation_verification AS verification JOIN remediation_task AS task ON task.id = task_id
                JOIN findings_finding AS finding ON finding.id = finding_id
            WHERE verification.project_id = %(project)s AND verification.trigger <> 'guard' AND result = 'passed'
                AND verified_at >= since AND verified_at < until AND finding.status = 'resolved'),
        (SELECT count(*) FROM findings_regression
            WHERE project_id = %(project)s AND opened_at >= since AND opened_at < until),
        (least(
            (SELECT min(finished_at) FROM scans_scan WHERE project_id = %(project)s AND status = 'completed'),
            (SELECT min(created_at) FROM findings_finding WHERE project_id = %(project)s)
        ) AT TIME ZONE 'UTC')::date,
        EXISTS (SELECT FROM scans_scan WHERE project_id = %(project)s AND status = 'completed')
    FROM (VALUES (1, %(since)s, %(until)s), (2, %(earlier)s, %(since)s)) AS period (place, since, until)
    ORDER BY place
"""


@dataclass(frozen=True)
class Activities:
    """Numbers of a period and the one before, each `{new_findings, fixed, regressions}`."""

    current: Counts
    previous: Counts
    first_day: date | None  # of the first scan or finding
    was_scanned: bool


def count_activities(project_id: UUID, period: Period) -> Activities:
    since, until = period.bounds
    earlier = queries.previous_period(period).bounds[0]
    params: dict[str, Any] = {"project": project_id, "since": since, "until": until, "earlier": earlier}
    current, previous = fetch_all(COUNT_ACTIVITIES, params, model=Finding)
    return Activities(_counts_of(current), _counts_of(previous), *current[3:])


def _counts_of(row: tuple[Any, ...]) -> Counts:
    return dict(zip(("new_findings", "fixed", "regressions"), row[:3], strict=True))
