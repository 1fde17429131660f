from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from findings.models import Finding
from remediation.models import Verification
from tests import factories
from tests.factories import Scenario
from tests.unit.reports.conftest import Ask

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


def decided(scenario: Scenario, result: str, *, made: datetime | None = None) -> Verification:
    verification = factories.verification(scenario)
    Verification.objects.filter(pk=verification.pk).update(
        result=result, verified_at=timezone.now(), **({"created_at": made} if made else {})
    )
    return verification


def test_an_empty_project_has_seven_days_of_nothing_and_rates_of_zero(ask: Ask) -> None:
    status, answer = ask("get", "reports/summary")

    today = timezone.now().date()
    assert status == 200
    assert answer["data"] == {
        "risk_burn_down": [
            {"date": (today - timedelta(days=days)).isoformat(), "open_risk_score": 0}
            for days in range(6, -1, -1)
        ],
        "verification_pass_rate": 0,
        "regression_rate": 0,
        "open_findings": 0,
    }


def test_the_keys_stand_in_the_guides_order(ask: Ask) -> None:
    _, answer = ask("get", "reports/summary")

    assert list(answer["data"]) == [
        "risk_burn_down",
        "verification_pass_rate",
        "regression_rate",
        "open_findings",
    ]
    assert list(answer["data"]["risk_burn_down"][0]) == ["date", "open_risk_score"]


def test_the_rates_are_shares_with_two_decimals(scenario: Scenario, ask: Ask) -> None:
    for result in ("passed", "passed", "failed"):
        decided(scenario, result)
    for status in ("resolved", "dismissed", "resolved"):
        factories.regression(scenario, of=factories.finding(scenario, status=status))
    Finding.objects.exclude(status__in=["resolved", "dismissed"]).update(status="triaged")

    _, answer = ask("get", "reports/summary")

    assert answer["data"]["verification_pass_rate"] == 0.67
    assert answer["data"]["regression_rate"] == 1.0
    assert answer["data"]["open_findings"] == 3


@pytest.mark.parametrize("status", ["new", "triaged", "in_progress", "ready_verify"])
def test_a_finding_that_is_not_closed_is_open(scenario: Scenario, ask: Ask, status: str) -> None:
    factories.finding(scenario, status=status, score=40)

    _, answer = ask("get", "reports/summary")

    assert answer["data"]["open_findings"] == 1
    assert answer["data"]["risk_burn_down"][-1]["open_risk_score"] == 40


def test_a_closed_finding_takes_its_score_off_the_day_it_was_closed(
    scenario: Scenario, ask: Ask, time_machine: Any
) -> None:
    time_machine.move_to(NOW - timedelta(days=3), tick=False)
    finding = factories.finding(scenario, score=50)
    kept = factories.finding(scenario, score=20)
    time_machine.move_to(NOW - timedelta(days=1), tick=False)
    Finding.objects.filter(pk=finding.pk).update(status="resolved", updated_at=timezone.now())
    time_machine.move_to(NOW, tick=False)

    _, answer = ask("get", "reports/summary")

    assert kept.score == 20
    assert [point["open_risk_score"] for point in answer["data"]["risk_burn_down"]] == [
        0,
        0,
        0,
        70,
        70,
        20,
        20,
    ]


def test_a_range_moves_the_series_and_the_pass_rate(scenario: Scenario, ask: Ask) -> None:
    decided(scenario, "passed", made=NOW - timedelta(days=20))
    decided(scenario, "failed", made=NOW - timedelta(days=2))

    _, answer = ask("get", "reports/summary?date_from=2026-11-01&date_to=2026-11-10")

    days = [point["date"] for point in answer["data"]["risk_burn_down"]]
    assert (days[0], days[-1], len(days)) == ("2026-11-01", "2026-11-10", 10)
    assert answer["data"]["verification_pass_rate"] == 1.0


def test_one_end_of_a_range_is_enough(ask: Ask, time_machine: Any) -> None:
    time_machine.move_to(NOW, tick=False)

    _, until = ask("get", "reports/summary?date_to=2026-03-07")
    _, since = ask("get", "reports/summary?date_from=2026-11-24")

    assert [point["date"] for point in until["data"]["risk_burn_down"]][::6] == ["2026-03-01", "2026-03-07"]
    assert [point["date"] for point in since["data"]["risk_burn_down"]] == ["2026-11-24", "2026-11-25"]


def test_a_range_of_366_days_is_the_longest(ask: Ask) -> None:
    assert ask("get", "reports/summary?date_from=2024-01-01&date_to=2024-12-31")[0] == 200
    assert ask("get", "reports/summary?date_from=2024-01-01&date_to=2025-01-01")[0] == 422


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("date_from=2026-11-10&date_to=2026-11-09", "date_from"),
        ("date_from=9999-12-31", "date_from"),
        ("date_from=2026-02-30", "date_from"),
        ("date_from=yesterday", "date_from"),
        ("date_to=", "date_to"),
        ("date_to=20261110", "date_to"),
        ("date_to=2026-11-10T00:00:00Z", "date_to"),
        ("date_to=%00", "date_to"),
        ("from=2026-11-10", "from"),
    ],
)
def test_a_range_that_is_none_is_refused_by_name(ask: Ask, query: str, field: str) -> None:
    status, answer = ask("get", f"reports/summary?{query}")

    assert (status, answer["error"]["code"], list(answer["error"]["details"])) == (
        422,
        "invalid_params",
        [field],
    )
