"""Parts of a policy's config without effect are named."""

from typing import Any

import pytest

from notifications.models import Alert, Destination
from remediation.alert_routing import AlertChannel
from remediation.policy_versions.warnings import SECTION_WARNINGS, ignored_parts
from remediation.services.policies import DEFAULT_CONFIG

VALID: dict[str, Any] = {
    **DEFAULT_CONFIG,
    "checks": {"ttfb": {"threshold": 900, "enabled": True}},
    "scans": {"schedule": "weekly", "day": "monday", "hour": 0},
    "scan": {"max_requests_per_second": 20},
    "guard": {"critical": ["1h", "7d"], "runs_per_day": 0},
    "approvals": {"critical": 2, "not_author": True},
    "deploys": {"environments": ["production"]},
    "sla": {"pause_while_blocked": True, "warnings": ["1d"]},
}


def test_valid_config_has_no_warnings() -> None:
    assert ignored_parts(VALID) == []
    assert set(VALID) == set(SECTION_WARNINGS)


@pytest.mark.parametrize(
    ("config", "part"),
    [
        ({"colour": 1}, "colour"),
        ({"sla_hours": []}, "sla_hours"),
        ({"sla_hours": {"urgent": 4}}, "sla_hours.urgent"),
        ({"sla_hours": {"low": "4"}}, "sla_hours.low"),
        ({"sla_hours": {"low": True}}, "sla_hours.low"),
        ({"sla_hours": {"low": -1}}, "sla_hours.low"),
        ({"severity_rules": {"speed": "low"}}, "severity_rules.speed"),
        ({"severity_rules": {"seo": "minor"}}, "severity_rules.seo"),
        ({"severity_rules": {"seo": ["low"]}}, "severity_rules.seo"),
        ({"alert_routing": {"high": ["sms"]}}, "alert_routing.high"),
        ({"alert_routing": {"high": "slack"}}, "alert_routing.high"),
        ({"checks": {"ttbf": {}}}, "checks.ttbf"),
        ({"checks": {"ttfb": 900}}, "checks.ttfb"),
        ({"checks": {"ttfb": {"max": 900}}}, "checks.ttfb.max"),
        ({"checks": {"ttfb": {"threshold": "900"}}}, "checks.ttfb.threshold"),
        ({"checks": {"ttfb": {"enabled": "no"}}}, "checks.ttfb.enabled"),
        ({"scans": {"schedule": "hourly"}}, "scans.schedule"),
        ({"scans": {"day": "Monday"}}, "scans.day"),
        ({"scans": {"hour": 24}}, "scans.hour"),
        ({"scans": {"minute": 5}}, "scans.minute"),
        ({"scan": {"max_requests_per_second": 0}}, "scan.max_requests_per_second"),
        ({"scan": {"rate": 1}}, "scan.rate"),
        ({"guard": {"urgent": ["1h"]}}, "guard.urgent"),
        ({"guard": {"high": "1h"}}, "guard.high"),
        ({"guard": {"high": ["1h", "1y"]}}, "guard.high"),
        ({"guard": {"runs_per_day": "many"}}, "guard.runs_per_day"),
        ({"guard": {"runs_per_day": True}}, "guard.runs_per_day"),
        ({"approvals": {"critical": 0}}, "approvals.critical"),
        ({"approvals": {"critical": 2.5}}, "approvals.critical"),
        ({"approvals": {"not_author": 1}}, "approvals.not_author"),
    ],
)
def test_part_of_the_policy_that_is_ignored_is_named(config: dict[str, Any], part: str) -> None:
    [sentence] = ignored_parts(config)

    assert sentence.startswith((f"{part} ", f"{part}:"))
    assert sentence[-1] in ".?"


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("alert_routing", "slack", "alert_routing.high is ignored: it must be a list of slack, email."),
        ("alert_routing", ["sms"], "alert_routing.high is ignored: it must be a list of slack, email."),
        (
            "alert_routing",
            ["sms", "email"],
            "alert_routing.high is ignored in part: it must be a list of slack, email.",
        ),
        (
            "guard",
            "1h",
            "guard.high is ignored: it must be a list of at most 10 times such as 90m, 1h or 7d, up to 90 days.",
        ),
    ],
)
def test_part_is_ignored_in_part_if_the_rest_has_an_effect(name: str, value: Any, sentence: str) -> None:
    assert ignored_parts({name: {"high": value}}) == [sentence]


def test_channels_are_those_of_alerts() -> None:
    channels = [Alert._meta.get_field("channel").choices, Destination._meta.get_field("channel").choices]

    assert channels == [AlertChannel.choices] * 2


def test_first_parts_without_effect_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[str] = []
    monkeypatch.setattr("findings.check_keys.nearest", lambda key: compared.append(key) or [])

    sentences = ignored_parts({"checks": {f"check_{number}": {} for number in range(1000)}})

    assert (len(sentences), sentences[-1]) == (101, "Further parts are ignored, too.")
    assert len(compared) == 101
