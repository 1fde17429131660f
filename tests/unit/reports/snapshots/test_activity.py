"""What happened in a period and in the one before it."""

from datetime import UTC, date, datetime, timedelta

import pytest

from findings.models import Finding, Regression
from remediation.models import Verification
from reports.queries import Period, previous_period
from reports.snapshots.activity import count_activities
from tests import factories
from tests.factories import Scenario

PERIOD = Period(date(2026, 11, 19), date(2026, 11, 25))
NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


def test_previous_period_has_the_same_length_and_ends_the_day_before() -> None:
    assert previous_period(PERIOD) == Period(date(2026, 11, 12), date(2026, 11, 18))
    assert previous_period(Period(NOON.date(), NOON.date())) == Period(date(2026, 11, 24), date(2026, 11, 24))


@pytest.mark.django_db
def test_findings_fixes_and_regressions_are_counted_in_their_period(scenario: Scenario) -> None:
    for days in (0, 6, 7, 14):
        at = NOON - timedelta(days=days)
        verification = factories.verification(scenario, open_regressions=1)
        Finding.objects.filter(pk=verification.task.finding_id).update(created_at=at, status="resolved")
        Verification.objects.filter(pk=verification.pk).update(result="passed", verified_at=at)
        Regression.objects.filter(finding=verification.task.finding_id).update(opened_at=at)
    factories.finding(factories.scenario())

    counted = count_activities(scenario.project.pk, PERIOD)

    assert counted.current == {"new_findings": 2, "fixed": 2, "regressions": 2}
    assert counted.previous == {"new_findings": 1, "fixed": 1, "regressions": 1}
    assert counted.first_day == date(2026, 11, 11)


@pytest.mark.django_db
def test_first_day_of_an_empty_project_is_none(scenario: Scenario) -> None:
    assert count_activities(scenario.project.pk, PERIOD).first_day is None
