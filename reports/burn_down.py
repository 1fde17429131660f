from typing import Any
from uuid import UUID

from events.totals import counters
from reports import queries
from reports.queries import Period

# How the open risk changes (CHANGE_OF_RISK in findings/models.py). `other` are deleted findings and corrections by
# check_counters.
CHANGES = ("opened", "reopened", "rescored", "resolved", "dismissed", "other")


def burn_down_by_change(project_id: UUID, period: Period) -> list[dict[str, Any]]:
    """Return each day's open risk score at its end, and how each change contributes to the difference.

    A dict a day: `date`, `open_risk_score`, the difference of the score by change, and in `findings` that of the
    number of open findings.
    """
    none = dict.fromkeys(CHANGES, 0)
    days = {
        day["date"]: {**day, **none, "findings": dict(none)} for day in queries.burn_down(project_id, period)
    }
    for change in counters.risk_changes([project_id], period.start, period.end):
        name = str(change.change) if change.change in none else "other"
        day = days[change.day.isoformat()]
        day[name] += change.score
        day["findings"][name] += change.findings
    return list(days.values())
