"""The numbers of a project: read from the tallies that the database keeps, never by counting its rows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from accounts.models import Project
from events import counters
from findings.models import OPEN_STATUSES, TERMINAL_STATUSES, Regression
from remediation.models import Result, Verification

DAYS = 7
MOST_DAYS = 366
Counts = dict[str, int]


@dataclass(frozen=True)
class Period:
    """Whole days, UTC, both ends included."""

    start: date
    end: date

    @property
    def moments(self) -> tuple[datetime, datetime]:
        """The first moment of the period and the first after it."""
        after = self.end + timedelta(days=1)
        return datetime.combine(self.start, time(), UTC), datetime.combine(after, time(), UTC)


def last_days(end: date | None = None) -> Period:
    """Return the seven days that end with `end`, today when left out."""
    end = end or timezone.now().date()
    return Period(end - timedelta(days=DAYS - 1), end)


def summary(project: Project, asked: Period | None = None) -> dict[str, Any]:
    """Return `{risk_burn_down, verification_pass_rate, regression_rate, open_findings}`.

    Without a period: the last seven days, and rates over everything. With one: its days, the pass rate of the
    verifications that were made in it, and of the regressions those that were opened in it.
    """
    period = asked or last_days()
    counted = counters.all_totals(project.pk, "finding", "verification", "regression")
    findings = by_facet(counted["finding"], "status")
    passed, came_back = rates(counted, findings)
    if asked is not None:
        passed = pass_rate_in(project.pk, asked)
        came_back = rate(came_back_in(project.pk, asked), closed_in(findings))
    return {
        "risk_burn_down": burn_down(project.pk, period),
        "verification_pass_rate": passed,
        "regression_rate": came_back,
        "open_findings": sum(findings.get(status, 0) for status in OPEN_STATUSES),
    }


def rates(counted: Mapping[str, counters.Totals], findings: Counts) -> tuple[float, float]:
    """Return the pass rate and the regression rate over everything; each is 0 when there is nothing to divide by.

    Passed verifications / all; open regressions / findings that are resolved or dismissed.
    """
    results = by_facet(counted["verification"], "result")
    still_open = by_facet(counted["regression"], "status").get(Regression.Status.OPEN, 0)
    passed = rate(results.get(Result.PASSED, 0), sum(results.values()))
    return passed, rate(still_open, closed_in(findings))


def closed_in(findings: Counts) -> int:
    """Return how many findings are resolved or dismissed."""
    return sum(findings.get(status, 0) for status in TERMINAL_STATUSES)


def burn_down(project_id: UUID, period: Period) -> list[dict[str, Any]]:
    """Return `{date, open_risk_score}` for each day: the scores of the findings that were open at its end."""
    days = counters.risk_by_day(project_id, period.start, period.end)
    return [{"date": day.isoformat(), "open_risk_score": score} for day, score in days]


def pass_rate_in(project_id: UUID, period: Period) -> float:
    """Return passed / all of the verifications that were made in the period, two decimals; 0 when there are none."""
    start, end = period.moments
    made = Verification.objects.filter(project_id=project_id, created_at__gte=start, created_at__lt=end)
    return rate(made.filter(result=Result.PASSED).count(), made.count())


def came_back_in(project_id: UUID, period: Period) -> int:
    """Return how many of the open regressions were opened in the period."""
    start, end = period.moments
    opened = Regression.objects.filter(project_id=project_id, status=Regression.Status.OPEN)
    return opened.filter(opened_at__gte=start, opened_at__lt=end).count()


def by_facet(counted: counters.Totals, facet: str) -> Counts:
    """Return how many rows there are for each value of `facet`."""
    return add_up((facets[facet], rows) for facets, rows, _ in counted)


def add_up(pairs: Iterable[tuple[str, int]]) -> Counts:
    """Sum the numbers of each word."""
    counts: Counts = {}
    for word, number in pairs:
        counts[word] = counts.get(word, 0) + number
    return counts


def rate(part: int, whole: int) -> float:
    """Return part / whole with two decimals; 0 when there is no whole."""
    return round(part / whole, 2) if whole else 0.0
