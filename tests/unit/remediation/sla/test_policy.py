"""Due dates of tasks by the policy, and the sections of a policy about them."""

from datetime import date, timedelta
from typing import Any

import pytest

from remediation.models import Task
from remediation.policy_versions.warnings import ignored_parts
from remediation.sla.business_hours import AllHours, BusinessHours
from remediation.sla.policy import MAX_HOURS, changes_clock, has_clock, rules_of
from tests import factories
from tests.factories import Scenario

pytestmark = pytest.mark.django_db


def put(scenario: Scenario, config: Any) -> Any:
    return scenario.client.call("put", "policies/current", {"config": config})


def due_in_hours(task: Task) -> float | None:
    return (
        None
        if task.sla_due_at is None
        else round((task.sla_due_at - task.created_at).total_seconds() / 3600, 2)
    )


@pytest.mark.parametrize(
    ("severity", "hours"), [("critical", 24), ("high", 72), ("medium", 168), ("low", 336)]
)
def test_policy_sets_the_due_date_by_the_severity_of_the_finding(
    scenario: Scenario, severity: str, hours: int
):
    finding = factories.finding(scenario, severity=severity)

    scenario.client.call("post", "tasks", {"finding_id": str(finding.pk), "title": "t", "priority": "low"})

    assert due_in_hours(Task.objects.get()) == hours


def test_explicit_null_is_no_due_date(scenario: Scenario):
    finding = factories.finding(scenario)

    shown = scenario.client.call(
        "post", "tasks", {"finding_id": str(finding.pk), "title": "t", "sla_due_at": None}
    )

    assert shown.json()["data"]["sla_due_at"] is None


@pytest.mark.parametrize("hours", [None, "12", True, -1, 10**12, {}, []])
def test_invalid_sla_hours_set_no_due_date(scenario: Scenario, hours: Any):
    put(scenario, {"sla_hours": {"high": hours}})

    assert due_in_hours(factories.task(scenario)) is None


@pytest.mark.parametrize(
    ("hours", "allowed"),
    [
        (0, timedelta(0)),
        (1.5, timedelta(minutes=90)),
        (MAX_HOURS, timedelta(days=3660)),
        (MAX_HOURS + 1, None),
        (-0.1, None),
    ],
)
def test_a_severity_may_have_zero_hours_to_ten_years(hours: float, allowed: timedelta | None):
    assert rules_of({"sla_hours": {"high": hours}}).allowed("high") == allowed


OFFICE: dict[str, Any] = {
    "time_zone": "Europe/Vienna",
    "days": {"monday": ["09:00-12:00", "13:00-24:00"]},
    "holidays": "AT-9",
    "closed": ["2026-12-24"],
}


def office_hours(**changes: Any) -> dict[str, Any]:
    return {"sla": {"business_hours": {**OFFICE, **changes}}}


def test_rules_of_a_policy():
    config = {
        "sla_hours": {"high": 8},
        "sla": {"pause_while_blocked": True, "warnings": ["1d", "4h"]} | office_hours()["sla"],
    }

    rules = rules_of(config)

    assert (rules.allowed("high"), rules.allowed("low"), rules.pause_while_blocked) == (
        timedelta(hours=8),
        None,
        True,
    )
    assert rules.warnings == (timedelta(hours=4), timedelta(days=1))
    calendar = rules.calendar
    assert isinstance(calendar, BusinessHours)
    assert calendar.hours == {0: ((540, 720), (780, 1440))}
    assert (calendar.holidays.get(date(2026, 12, 25)), calendar.closed) == (
        "Christmas Day",
        {date(2026, 12, 24)},
    )


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"time_zone": "Vienna"}, "it must be the name of a time zone"),
        ({"time_zone": "Europe"}, "it must be the name of a time zone"),
        ({"time_zone": "localtime"}, "it must be the name of a time zone"),
        ({"time_zone": ["UTC"]}, "it must be the name of a time zone"),
        ({"time_zone": None}, "it must be the name of a time zone"),
        ({"days": {}}, "it must have spans"),
        ({"days": {"monday": []}}, "it must have spans"),
        ({"days": {"montag": ["09:00-17:00"]}}, "it must have spans"),
        ({"days": {"monday": ["17:00-09:00"]}}, "it must have spans"),
        ({"days": {"monday": ["09:00-12:00", "11:00-17:00"]}}, "it must have spans"),
        ({"days": {"monday": ["09:00-24:30"]}}, "it must have spans"),
        ({"days": {"monday": "09:00-17:00"}}, "it must have spans"),
        ({"days": {"monday": ["09:00-17:00"], "tuesday": ["17:00-09:00"]}}, "it must have spans"),
        ({"holidays": "XX"}, "it must be the code of a country"),
        ({"holidays": "AT-99"}, "it must be the code of a country"),
        ({"holidays": ["AT"]}, "it must be the code of a country"),
        ({"closed": ["24.12.2026"]}, "it must be a list of at most 100 dates"),
        ({"closed": [20261224]}, "it must be a list of at most 100 dates"),
        ({"hours": 8}, "the names are time_zone, days, holidays, closed."),
    ],
)
def test_invalid_business_hours_are_named_and_all_hours_count(changes: dict[str, Any], reason: str):
    config = office_hours(**changes)

    [sentence] = ignored_parts(config)

    [name] = changes
    assert sentence.startswith(f"sla.business_hours is ignored because of {name}: {reason}")
    assert (rules_of(config).calendar, has_clock(config)) == (AllHours(), False)


SPANS = [f"{hour:02}:00-{hour:02}:30" for hour in range(5)]
DAYS = [f"2026-{1 + day // 28:02}-{1 + day % 28:02}" for day in range(101)]


@pytest.mark.parametrize(
    ("changes", "counts"),
    [
        ({"days": {"monday": SPANS[:4]}}, True),
        ({"days": {"monday": SPANS}}, False),
        ({"days": {"monday": ["09:00-12:00", "12:00-13:00"]}}, False),  # one span is enough
        ({"closed": DAYS[:100]}, True),
        ({"closed": DAYS}, False),
    ],
)
def test_a_day_has_at_most_four_spans_and_a_calendar_a_hundred_closed_days(
    changes: dict[str, Any], counts: bool
):
    config = office_hours(**changes)

    assert (has_clock(config), ignored_parts(config) == []) == (counts, counts)


def test_holidays_and_closed_days_are_optional():
    config = {"sla": {"business_hours": {name: OFFICE[name] for name in ("time_zone", "days")}}}

    calendar = rules_of(config).calendar

    assert ignored_parts(config) == []
    assert isinstance(calendar, BusinessHours)
    assert (dict(calendar.holidays), calendar.closed) == ({}, frozenset())


@pytest.mark.parametrize(
    ("section", "reason"),
    [
        ({"pause_while_blocked": "yes"}, "sla.pause_while_blocked is ignored: it must be true or false."),
        ({"warnings": ["soon"]}, "sla.warnings is ignored: it must be a list of at most 5 times"),
        ({"warnings": "1h"}, "sla.warnings is ignored: it must be a list of at most 5 times"),
        ({"warnings": ["1h", "soon"]}, "sla.warnings is ignored in part"),
        ({"warnings": ["1h"] * 6}, "sla.warnings is ignored in part"),
        ({"business_hours": "9 to 5"}, "sla.business_hours is ignored: it must be an object."),
        (
            {"pause": True},
            "sla.pause is ignored: the names are pause_while_blocked, warnings, business_hours.",
        ),
        ([], "sla is ignored: it must be an object."),
    ],
)
def test_invalid_parts_of_the_section_are_named(section: Any, reason: str):
    [sentence] = ignored_parts({"sla": section})

    assert sentence.startswith(reason)


def test_five_warnings_are_allowed():
    warnings = ["1h", "2h", "3h", "4h", "5h"]

    assert ignored_parts({"sla": {"warnings": warnings}}) == []
    assert rules_of({"sla": {"warnings": warnings}}).warnings == tuple(
        timedelta(hours=hours) for hours in range(1, 6)
    )


def test_a_valid_section_is_not_named():
    assert (
        ignored_parts({"sla": {"pause_while_blocked": False, "warnings": ["1d"], **office_hours()["sla"]}})
        == []
    )


@pytest.mark.parametrize(
    ("before", "after", "changes"),
    [
        ({"sla_hours": {"low": 1}}, {"sla_hours": {"low": 2}}, False),  # neither has a clock
        ({"sla_hours": {"low": 1}, **office_hours()}, {"sla_hours": {"low": 2}, **office_hours()}, True),
        (office_hours(), office_hours(), False),
        (office_hours(), {"sla": {"warnings": ["1d"]} | office_hours()["sla"]}, False),
        (office_hours(), office_hours(holidays="DE"), True),
        (office_hours(), {}, True),
        ({}, {"sla": {"pause_while_blocked": True}}, True),
    ],
)
def test_existing_due_dates_follow_a_policy_that_counts_differently(
    before: dict[str, Any], after: dict[str, Any], changes: bool
):
    assert changes_clock(before, after) == changes
