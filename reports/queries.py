from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from accounts.models import Project
from events.totals import counters
from events.totals.counters import RiskChange
from events.totals.history import AsOf
from findings.models import OPEN_STATUSES, TERMINAL_STATUSES, Regression
from findings.queries import totals_of
from remediation.models import Result, Verification

DEFAULT_PERIOD_DAYS = 7
MAX_PERIOD_DAYS = 366
type Counts = dict[str, int]


@dataclass(frozen=True)
class Period:
    """A range of days in UTC, both ends included."""

    start: date
    end: date

    @property
    def bounds(self) -> tuple[datetime, datetime]:
        start, end = self.start, self.end + timedelta(days=1)  # the end is exclusive
        return datetime.combine(start, time(), UTC), datetime.combine(end, time(), UTC)


def previous_period(period: Period) -> Period:
    """Return the equally long period that ends the day before."""
    end = period.start - timedelta(days=1)
    return Period(end - (period.end - period.start), end)


def last_days(end: date | None = None) -> Period:
    """Return the seven days up to `end`, today by default."""
    end = end or timezone.now().date()
    return Period(end - timedelta(days=DEFAULT_PERIOD_DAYS - 1), end)


def summary(project: Project, period: Period | None = None, as_of: AsOf | None = None) -> dict[str, Any]:
    """Return `{risk_burn_down, verification_pass_rate, regression_rate, open_findings}`, now or as of a moment.

    Without a period: the last seven days, and rates over all time. With one: its days, its verifications and
    regressions.
    """
    totals = totals_of(project, "finding", "verification", "regression", as_of=as_of)
    findings = count_by_facet(totals["finding"], "status")
    pass_rate, regression_rate = all_time_rates(totals, findings)
    if period is not None:
        pass_rate = pass_rate_in(project.pk, period)
        regression_rate = rate(regressions_opened_in(project.pk, period), count_closed(findings))
    days = burn_down(project.pk, period or last_days(as_of.day if as_of else None))
    if as_of is not None:
        # The last day ends at the moment.
        days[-1]["open_risk_score"] = sum(
            score for facets, _, score in totals["finding"] if facets["status"] in OPEN_STATUSES
        )
    return {
        "risk_burn_down": days,
        "verification_pass_rate": pass_rate,
        "regression_rate": regression_rate,
        "open_findings": count_open(findings),
    }


def all_time_rates(totals: Mapping[str, counters.Totals], findings: Counts) -> tuple[float, float]:
    """Return the rates over all time: passed / all verifications, open regressions / closed findings."""
    results = count_by_facet(totals["verification"], "result")
    open_regressions = count_by_facet(totals["regression"], "status").get(Regression.Status.OPEN, 0)
    pass_rate = rate(results.get(Result.PASSED, 0), sum(results.values()))
    return pass_rate, rate(open_regressions, count_closed(findings))


def count_open(findings: Counts) -> int:
    return sum(findings.get(status, 0) for status in OPEN_STATUSES)


def count_closed(findings: Counts) -> int:
    return sum(findings.get(status, 0) for status in TERMINAL_STATUSES)


def burn_down(
    project_id: UUID, period: Period, changes: Iterable[RiskChange] | None = None
) -> list[dict[str, Any]]:
    """Return `{date, open_risk_score}` per day: the total score of the findings open at its end.

    `changes` are all changes, if they were read before.
    """
    if changes is None:
        days = counters.risk_by_day([project_id], period.start, period.end)
    else:
        days = counters.risk_by_day_of(changes, period.start, period.end)
    return [{"date": day.isoformat(), "open_risk_score": score} for day, score in days]


def pass_rate_in(project_id: UUID, period: Period) -> float:
    start, end = period.bounds
    # Counted row by row: the counters have no day for verifications.
    rows = Verification.objects.filter(project_id=project_id, created_at__gte=start, created_at__lt=end)
    created = rows.without_guards()
    return rate(created.filter(result=Result.PASSED).count(), created.count())


def regressions_opened_in(project_id: UUID, period: Period) -> int:
    start, end = period.bounds
    opened = Regression.objects.filter(project_id=project_id, status=Regression.Status.OPEN)
    return opened.filter(opened_at__gte=start, opened_at__lt=end).count()


def count_by_facet(totals: counters.Totals, facet: str) -> Counts:
    """Return the rows per value of `facet`."""
    return sum_by_key((facets[facet], rows) for facets, rows, _ in totals)


def sum_by_key(pairs: Iterable[tuple[str, int]]) -> Counts:
    counts: Counts = {}
    for key, number in pairs:
        counts[key] = counts.get(key, 0) + number
    return counts


def rate(part: int, whole: int) -> float:
    """Return part / whole with two decimals; 0 if the whole is 0."""
    return round(part / whole, 2) if whole else 0.0
