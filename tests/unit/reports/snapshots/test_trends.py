"""The open risk score by severity and by domain."""

from datetime import date

from reports.queries import Period
from reports.snapshots.trends import open_risk_trends

PERIOD = Period(date(2026, 11, 23), date(2026, 11, 25))
CRITICAL = {"severity": "critical", "domain": "security", "status": "new"}
LOW = {"severity": "low", "domain": "seo", "status": "triaged"}


def test_scores_of_each_day_begin_with_what_was_open_before() -> None:
    changes = {
        date(2026, 11, 22): [(CRITICAL, 2, 90)],
        date(2026, 11, 24): [(LOW, 1, 7), (CRITICAL, 0, -10)],
    }
    last_day = [(CRITICAL, 2, 81)]

    assert open_risk_trends(changes, PERIOD, last_day) == {
        "severity": {"critical": [90, 80, 81], "low": [0, 7, 0]},
        "domain": {"security": [90, 80, 81], "seo": [0, 7, 0]},
    }


def test_closed_findings_leave_the_trend() -> None:
    changes = {
        date(2026, 11, 22): [(LOW, 1, 7)],
        date(2026, 11, 23): [(LOW, -1, -7), ({**LOW, "status": "resolved"}, 1, 7)],
    }

    assert open_risk_trends(changes, PERIOD, [])["domain"] == {"seo": [0, 0, 0]}
