from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from events.totals.counters import Totals
from findings.models import OPEN_STATUSES
from reports.queries import Period

FACETS = ("severity", "domain")

# The scores of one value of a facet by day: `{"severity": {"critical": [81, 81, 0]}}`.
type Trends = dict[str, dict[str, list[int]]]


def open_risk_trends(changes: Mapping[date, Totals], period: Period, last_day: Totals) -> Trends:
    """Return the scores of open findings by facet and day, from `changes_by_day` of the findings.

    The scores of the last day are those of the findings given.
    """
    scores: dict[str, Counter[str]] = {name: Counter() for name in FACETS}
    trends: Trends = {name: {} for name in FACETS}
    _add(scores, changes.get(period.start - timedelta(days=1), ()))
    days = (period.end - period.start).days
    for day_number in range(days):
        _add(scores, changes.get(period.start + timedelta(days=day_number), ()))
        _append(trends, scores, day_number)
    # The last day is that of the copied rows, since the counters may have changed.
    last: dict[str, Counter[str]] = {name: Counter() for name in FACETS}
    _add(last, last_day)
    _append(trends, last, days)
    return trends


def _add(scores: dict[str, Counter[str]], totals: Iterable[Any]) -> None:
    for facets, _, score in totals:
        if facets["status"] in OPEN_STATUSES:
            for name in FACETS:
                scores[name][facets[name]] += score


def _append(trends: Trends, scores: dict[str, Counter[str]], day_number: int) -> None:
    for name, found in scores.items():
        for key in {*found, *trends[name]}:
            trends[name].setdefault(key, [0] * day_number).append(found[key])
