from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import chain
from typing import Any, NamedTuple
from uuid import UUID

from accounts.models import Project
from campaigns.queries import active_with_progress
from events.totals import counters, history
from events.totals.counters import Totals
from findings.models import OPEN_STATUSES
from reports import queries
from reports.forecast.queries import forecast_from
from reports.models import Report, ReportItem
from reports.queries import Counts, Period
from reports.sharing import links
from reports.snapshots import copying
from reports.snapshots.activity import count_activities
from reports.snapshots.snapshot import DOMAINS, SEVERITIES, Item, Snapshot
from reports.snapshots.trends import open_risk_trends

# The counters whose totals and changes a snapshot reads.
COUNTER_NAMES = ("finding", "verification", "regression")
FIRST_BATCH_SIZE, BATCH_SIZE = 60, 500
ITEMS = {
    "findings": ReportItem.Kind.FINDING,
    "tasks": ReportItem.Kind.TASK,
    "verifications": ReportItem.Kind.VERIFICATION,
    "regressions": ReportItem.Kind.REGRESSION,
    "fixed": ReportItem.Kind.FIXED,
    "overdue": ReportItem.Kind.OVERDUE,
}


class FindingCount(NamedTuple):
    """The findings that a snapshot has copied, counted by severity, domain and status; `score` is their sum."""

    severity: str
    domain: str
    status: str
    number: int
    score: int


def take_snapshot(report: Report, project: Project, period: Period) -> None:
    """Copy the rows and set the report's numbers and names; the caller saves it."""
    values = _parameters(report, project, period)
    copying.extend_statement_timeout()
    findings = list(map(FindingCount._make, copying.copy(copying.COPY_FINDINGS, values)))
    tasks = copying.copy(copying.COPY_TASKS, values)
    copying.copy(copying.COPY_VERIFICATIONS_AND_REGRESSIONS, values)
    [(fixed, fixed_lately, overdue, overdue_lately, accepted, listed)] = copying.copy(
        copying.COPY_FIXED_AND_OVERDUE, values
    )
    # The risk at the end of the previous period, then that of each day.
    changes = counters.risk_changes([project.pk], date.min, report.created_at.date())
    from_day_before = replace(period, start=queries.previous_period(period).end)
    before, *days = queries.burn_down(project.pk, from_day_before, changes)
    # Today's risk is that of the copied rows: the counters may have changed since.
    days[-1]["open_risk_score"] = sum(row.score for row in findings if row.status in OPEN_STATUSES)
    recorded = history.changes_by_day(project.pk, period.start, period.end, *COUNTER_NAMES)
    breakdown = count_breakdown(findings, tasks)
    report.summary = _summary(recorded, days, breakdown["findings_by_status"])
    activities = count_activities(project.pk, period)
    report.first_day = activities.first_day
    report.breakdown = {
        **breakdown,
        "worst_open_by_domain": worst_open_severities(findings, was_scanned=activities.was_scanned),
        "trends": open_risk_trends(recorded["finding"], period, _totals(findings)),
        "fixed": {"all": fixed, "in_period": fixed_lately},
        "overdue": {"all": overdue, "in_period": overdue_lately},
        "accepted": {"all": accepted, "listed": listed},
        "activity": {**activities.current, "open_risk_score": days[-1]["open_risk_score"]},
        "previous_activity": {**activities.previous, "open_risk_score": before["open_risk_score"]},
        "forecast": forecast_from(changes),
        "campaigns": list_campaigns(project),
    }
    report.subject = _subject(project)


def _parameters(report: Report, project: Project, period: Period) -> dict[str, Any]:
    return {
        "report": report.pk,
        "project": project.pk,
        "org": project.organization_id,
        "slug": project.slug,
        "since": period.bounds[0],
        "now": report.created_at,
    }


def _subject(project: Project) -> dict[str, str]:
    return {
        "organization": project.organization.name,
        "project": project.name,
        "site_url": project.site_url,
    }


def worst_open_severities(
    findings: Iterable[FindingCount], *, was_scanned: bool
) -> dict[str, tuple[str, int] | None]:
    """Return the worst severity of the open findings of each domain, with their number; None if nothing is open.

    A domain without any finding is known only if the project `was_scanned`.
    """
    found: dict[str, Counts] = {domain: {} for domain in DOMAINS if was_scanned}
    for row in findings:
        by_severity = found.setdefault(row.domain, {})
        if row.status in OPEN_STATUSES:
            by_severity[row.severity] = by_severity.get(row.severity, 0) + row.number
    return {
        domain: next(((severity, counts[severity]) for severity in SEVERITIES if severity in counts), None)
        for domain, counts in found.items()
    }


def _totals(findings: Iterable[FindingCount]) -> Totals:
    facets = ("severity", "domain", "status")
    return [({name: getattr(row, name) for name in facets}, row.number, row.score) for row in findings]


def list_campaigns(project: Project) -> list[Item]:
    """Return the project's active campaigns with their progress, next due first."""
    numbers = ("total", "done", "percent", "overdue", "past_due")
    return [
        {
            "id": campaign.pk,
            "name": campaign.name,
            "due_date": campaign.due_date,
            **{name: getattr(progress, name) for name in numbers},
        }
        for campaign, progress in active_with_progress(project)
    ]


def count_breakdown(findings: Sequence[FindingCount], tasks: Iterable[tuple[Any, ...]]) -> dict[str, Counts]:
    # Tasks are counted as (status, number).
    still_open = [row for row in findings if row.status in OPEN_STATUSES]
    return {
        "open_by_severity": queries.sum_by_key((row.severity, row.number) for row in still_open),
        "open_by_domain": queries.sum_by_key((row.domain, row.number) for row in still_open),
        "findings_by_status": queries.sum_by_key((row.status, row.number) for row in findings),
        "tasks_by_status": queries.sum_by_key(tasks),
    }


def _summary(
    recorded: dict[str, dict[date, Totals]], days: list[dict[str, Any]], by_status: Counts
) -> dict[str, Any]:
    totals = {name: [*chain.from_iterable(by_day.values())] for name, by_day in recorded.items()}
    pass_rate, regression_rate = queries.all_time_rates(totals, by_status)
    return {
        "risk_burn_down": days,
        "verification_pass_rate": pass_rate,
        "regression_rate": regression_rate,
        "open_findings": queries.count_open(by_status),
    }


class SnapshotItems:
    """The copied rows of a kind, read in batches on each iteration."""

    def __init__(self, report_id: UUID, kind: str) -> None:
        self.rows = ReportItem.objects.filter(report_id=report_id, kind=kind).order_by("position")

    def __iter__(self) -> Iterator[Item]:
        # The first batch is small, since a page shows only the first items.
        start, size = 1, FIRST_BATCH_SIZE
        while True:
            # Ranges of positions: a server-side cursor outside a transaction would copy the whole result first, and
            # LIMIT might sort all of it.
            rows = self.rows.filter(position__range=(start, start + size - 1))
            batch = list(rows.values_list("data", flat=True))
            yield from batch
            if len(batch) < size:
                return
            start, size = start + size, BATCH_SIZE


def load_snapshot(report: Report) -> Snapshot:
    lists: dict[str, Any] = {name: SnapshotItems(report.pk, kind) for name, kind in ITEMS.items()}
    return Snapshot(
        report_id=str(report.pk),
        org_id=str(report.project.organization_id),
        project_id=report.project.slug,
        period_start=report.period_start,
        period_end=report.period_end,
        taken_at=report.created_at,
        summary=report.summary,
        breakdown=report.breakdown,
        forecast=report.breakdown.get("forecast"),
        campaigns=report.breakdown.get("campaigns", ()),
        first_day=report.first_day,
        share_url=links.url_of_key(report.link_key),
        **lists,
        **report.subject,
    )
