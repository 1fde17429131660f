from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from findings.models import Finding
from remediation.models import Verification
from remediation.services import verdicts
from tests import factories
from tests.factories import Scenario
from tests.unit.reports.conftest import CallApi

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


def decide(scenario: Scenario, result: str, *, created_at: datetime | None = None) -> Verification:
    verification = factories.verification(scenario)
    Verification.objects.filter(pk=verification.pk).update(
        result=result, verified_at=timezone.now(), **({"created_at": created_at} if created_at else {})
    )
    return verification


def test_summary_of_an_empty_project_has_seven_days_and_zeros(call_api: CallApi) -> None:
    status, body = call_api("get", "reports/summary")

    today = timezone.now().date()
    assert status == 200
    assert body["data"] == {
        "risk_burn_down": [
            {"date": (today - timedelta(days=days)).isoformat(), "open_risk_score": 0}
            for days in range(6, -1, -1)
        ],
        "verification_pass_rate": 0,
        "regression_rate": 0,
        "open_findings": 0,
    }


def test_summary_keys_have_the_documented_order(call_api: CallApi) -> None:
    _, body = call_api("get", "reports/summary")

    assert list(body["data"]) == [
        "risk_burn_down",
        "verification_pass_rate",
        "regression_rate",
        "open_findings",
    ]
    assert list(body["data"]["risk_burn_down"][0]) == ["date", "open_risk_score"]


def test_rates_have_two_decimals(scenario: Scenario, call_api: CallApi) -> None:
    for result in ("passed", "passed", "failed"):
        decide(scenario, result)
    for status in ("resolved", "dismissed", "resolved"):
        factories.regression(scenario, of=factories.finding(scenario, status=status))
    Finding.objects.exclude(status__in=["resolved", "dismissed"]).update(status="triaged")

    _, body = call_api("get", "reports/summary")

    assert body["data"]["verification_pass_rate"] == 0.67
    assert body["data"]["regression_rate"] == 1.0
    assert body["data"]["open_findings"] == 3


@pytest.mark.parametrize("status", ["new", "triaged", "in_progress", "ready_verify"])
def test_finding_that_is_not_closed_counts_as_open(
    scenario: Scenario, call_api: CallApi, status: str
) -> None:
    factories.finding(scenario, status=status, score=40)

    _, body = call_api("get", "reports/summary")

    assert body["data"]["open_findings"] == 1
    assert body["data"]["risk_burn_down"][-1]["open_risk_score"] == 40


def test_closed_finding_reduces_the_score_from_its_closing_day_on(
    scenario: Scenario, call_api: CallApi, time_machine: Any
) -> None:
    time_machine.move_to(NOW - timedelta(days=3), tick=False)
    finding = factories.finding(scenario, score=50)
    factories.finding(scenario, score=20)
    time_machine.move_to(NOW - timedelta(days=1), tick=False)
    Finding.objects.filter(pk=finding.pk).update(status="resolved", updated_at=timezone.now())
    time_machine.move_to(NOW, tick=False)

    _, body = call_api("get", "reports/summary")

    scores = [point["open_risk_score"] for point in body["data"]["risk_burn_down"]]
    assert scores == [0, 0, 0, 70, 70, 20, 20]


def test_date_range_limits_the_series_and_the_pass_rate(scenario: Scenario, call_api: CallApi) -> None:
    decide(scenario, "passed", created_at=NOW - timedelta(days=20))
    decide(scenario, "failed", created_at=NOW - timedelta(days=2))

    _, body = call_api("get", "reports/summary?date_from=2026-11-01&date_to=2026-11-10")

    days = [point["date"] for point in body["data"]["risk_burn_down"]]
    assert (days[0], days[-1], len(days)) == ("2026-11-01", "2026-11-10", 10)
    assert body["data"]["verification_pass_rate"] == 1.0


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("date_from=2026-11-10&date_to=2026-11-09", "date_from"),
        ("date_to=", "date_to"),
        ("date_to=%00", "date_to"),
        ("from=2026-11-10", "from"),
    ],
)
def test_invalid_date_range_is_rejected_with_its_field(call_api: CallApi, query: str, field: str) -> None:
    status, body = call_api("get", f"reports/summary?{query}")

    assert (status, body["error"]["code"], list(body["error"]["details"])) == (
        422,
        "invalid_params",
        [field],
    )


def test_summary_of_a_moment_is_as_it_was(scenario: Scenario, call_api: CallApi, time_machine: Any) -> None:
    time_machine.move_to("2026-11-20T12:00:00Z", tick=False)
    verification = factories.verification(scenario)
    verdicts.approve(verification.pk, by=scenario.actor)
    time_machine.move_to("2026-11-21T12:00:00Z", tick=False)
    verdicts.reopen(verification.pk, by=scenario.actor)
    factories.finding(scenario, priority={"score": 5})
    time_machine.move_to(NOW, tick=False)

    def shown(as_of: str) -> tuple[Any, ...]:
        _, body = call_api("get", f"reports/summary?as_of={as_of}")
        days = body["data"].pop("risk_burn_down")
        return days[-1]["date"], len(days), days[-1]["open_risk_score"], *body["data"].values()

    score = verification.task.finding.score
    assert [shown(as_of) for as_of in ("2026-11-19", "2026-11-20", "2026-11-21T12:00:00Z")] == [
        ("2026-11-19", 7, 0, 0.0, 0.0, 0),
        ("2026-11-20", 7, 0, 1.0, 0.0, 0),
        ("2026-11-21", 7, score + 5, 0.0, 0.0, 2),
    ]
    assert call_api("get", "reports/summary?as_of=2026-11-21T11:00:00Z")[1]["data"]["open_findings"] == 0


def test_last_day_of_an_instant_ends_with_it(
    scenario: Scenario, call_api: CallApi, time_machine: Any
) -> None:
    time_machine.move_to("2026-11-20T10:00:00Z", tick=False)
    factories.finding(scenario, priority={"score": 5})
    time_machine.move_to("2026-11-20T12:00:00Z", tick=False)
    factories.finding(scenario, priority={"score": 7})

    _, body = call_api("get", "reports/summary?as_of=2026-11-20T11:00:00Z")

    assert [point["open_risk_score"] for point in body["data"]["risk_burn_down"]][-2:] == [0, 5]


def test_summary_of_a_moment_has_no_other_period(call_api: CallApi) -> None:
    status, body = call_api("get", "reports/summary?as_of=2026-11-20&date_to=2026-11-20")

    assert (status, list(body["error"]["details"])) == (422, ["as_of"])
