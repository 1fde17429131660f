"""The fields of a policy's config are read and written; all that a form cannot show stays as it is."""

import json
from typing import Any

import pytest

from remediation.policy_sections.declarations import fields_by_name, sections
from remediation.policy_sections.editing import edited, shown_value
from remediation.policy_versions.warnings import SECTION_WARNINGS, ignored_parts

CONFIG: dict[str, Any] = {
    "note": "ours",
    "sla_hours": {"critical": "soon", "high": 72.5, "urgent": 1},
    "alert_routing": {"critical": ["sms", "email"]},
    "guard": {"critical": ["1h", "7d"]},
    "checks": {"ttfb": {"threshold": 900, "enabled": True}},
}


def test_unchanged_form_returns_the_same_config_with_its_key_order():
    shown = {name: shown_value(CONFIG, field) for name, field in fields_by_name().items()}

    assert json.dumps(edited(CONFIG, shown)) == json.dumps(CONFIG)


@pytest.mark.parametrize(
    ("name", "value", "part"),
    [
        ("sla_hours.critical", 24.0, {"critical": 24, "high": 72.5, "urgent": 1}),
        ("sla_hours.high", None, {"critical": "soon", "urgent": 1}),
        ("alert_routing.critical", ["slack"], {"critical": ["slack"]}),
        ("alert_routing.critical", [], None),
        ("guard.critical", "90m,  1d", {"critical": ["90m", "1d"]}),
        ("checks.ttfb.threshold", None, {"ttfb": {"enabled": True}}),
        ("checks.lcp.enabled", False, {"ttfb": CONFIG["checks"]["ttfb"], "lcp": {"enabled": False}}),
        ("approvals.not_author", True, {"not_author": True}),
        ("scans.schedule", "daily", {"schedule": "daily"}),
    ],
)
def test_changed_field_changes_its_part_alone(name: str, value: Any, part: dict[str, Any] | None):
    section = name.split(".")[0]

    changed = edited(CONFIG, {name: value})

    assert changed.get(section) == part
    assert {key: changed[key] for key in CONFIG if key != section} == {
        key: CONFIG[key] for key in CONFIG if key != section
    }


def test_each_section_has_warnings():
    assert {section.name for section in sections()} == set(SECTION_WARNINGS)


def test_value_within_the_declared_limits_has_an_effect():
    for name, field in fields_by_name().items():
        for limit in (field.low, field.high):
            if limit is not None:
                assert ignored_parts(edited({}, {name: limit})) == [], name
