"""Free-form evidence as it is shown on pages."""

from typing import Any

import pytest

from findings import observations
from findings.observations import Observation, RecommendedFix
from scanner import registry


def test_evidence_of_a_scan_is_read_by_page() -> None:
    seen = {
        "detail": "No policy is sent.",
        "status": 200,
        "address": "192.0.2.7",
        "time": "2026-11-27T07:38:35Z",
        "headers": {"server": "nginx", "bad": 5},
        "elements": [{"html": "<html>"}],
        "screenshots": {"screen": "a" * 64, "element": "b" * 64, "bad": "../x"},
        "screenshots_not_stored": ["image-alt", 1],
    }
    evidence = {
        "pages": [
            {"key": "ttfb", "url": "https://example.com/", "outcome": {"status": "failed", "evidence": seen}}
        ]
    }

    assert observations.observations_in(evidence) == [
        Observation(
            key="ttfb",
            url="https://example.com/",
            status="failed",
            detail="No policy is sent.",
            time="2026-11-27T07:38:35Z",
            response="Status 200 from 192.0.2.7",
            headers={"server": "nginx"},
            markup=["<html>"],
            screenshots={"element": "b" * 64, "screen": "a" * 64},
            missing_screenshots=["image-alt"],
        )
    ]


def test_metric_shows_its_value_and_threshold() -> None:
    outcome = {"status": "failed", "value": 812.5, "evidence": {"unit": "ms", "threshold": 600}}

    assert observations.observation("ttfb", "", outcome).measurement == "812.5 ms; threshold: 600 ms"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (1250, "1,250"),
        (0.1254, "0.125"),
        (100.0, "100"),
        (10**25, f"10{',000' * 8}"),
        (-(10**400), f"-10{',000' * 133}"),
    ],
)
def test_number_of_any_size_is_shown(value: float, shown: str) -> None:
    outcome = {"value": value, "evidence": {"unit": "ms", "threshold": value}}

    assert observations.observation("ttfb", "", outcome).measurement == f"{shown} ms; threshold: {shown} ms"


@pytest.mark.parametrize(
    ("evidence", "observed"),
    [
        (None, []),
        (5, []),
        ({"pages": 5}, []),
        ({"pages": [5]}, []),
        ({"pages": [{"outcome": "x", "url": 7}]}, [Observation(key="", url="")]),
    ],
)
def test_evidence_of_an_unexpected_type_is_left_out(evidence: Any, observed: list[Observation]) -> None:
    assert observations.observations_in(evidence) == observed


def test_configuration_is_set_apart_from_the_steps() -> None:
    fix = {
        "summary": "Send it.",
        "steps": ["Write it.", "nginx: add_header X 1;", 5],
        "references": ["https://a"],
    }

    assert observations.fix_of(fix) == RecommendedFix(
        "Send it.", ["Write it."], [("nginx", "add_header X 1;")], ["https://a"]
    )


def test_no_configuration_of_a_check_is_shown_as_a_step() -> None:
    fixes = [check.fix for check in registry.REGISTRY.values()]

    shown = [observations.fix_of(fix.as_recommended_fix()) for fix in fixes]

    assert [(fix.steps, len(fix.snippets)) for fix in shown] == [
        (list(fix.steps), len(fix.snippets)) for fix in fixes
    ]


def test_commands_quote_the_url_and_name_the_check() -> None:
    url = "https://example.com/?a=1&b='"

    assert observations.commands(["security_header_csp"], ["ftp://x", url]) == [
        """curl -sSI 'https://example.com/?a=1&b='"'"''""",
        """./krafter check 'https://example.com/?a=1&b='"'"'' --only security_header_csp""",
    ]
    assert observations.commands(["no_such_check"], [url]) == []


def test_long_texts_are_shortened_for_a_report() -> None:
    long = "x" * 5000
    evidence = {
        "pages": [{"url": long, "outcome": {"evidence": {"detail": long, "elements": [{"html": long}]}}}]
    }
    fix = {
        "summary": long,
        "steps": [f"{number} {long}" for number in range(50)],
        "references": [long, "https://a.example/"],
    }

    details = observations.details_of([{"type": "url", "value": long}], evidence, fix)

    [seen] = details.observations
    texts = [*details.urls, seen.url, seen.detail, *seen.markup, details.fix.summary, *details.fix.steps]
    assert [len(text) for text in texts] == [500, 500, 1000, 500, 1000, *[1000] * 10]
    assert {text[-1] for text in texts} == {"…"}
    assert details.fix.references == ["https://a.example/"]
