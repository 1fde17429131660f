"""A pass counts with the same tool versions, or when they cannot be the reason."""

from typing import Any

import pytest

from scanner.browser.browser import Browser
from scanner.outcome import FAILED, INCONCLUSIVE, PASSED, Outcome
from scanner.registry import get
from scanner.tool_versions import with_tool_versions
from tests.fakes.page_checks import run_checks
from tests.fakes.website import Answer, Site, loopback_client, served
from tests.unit.scanner.checks.base_page import html

NOW = {"chromium": "156.0.1.1", "axe": "4.12.1"}


def failed_with_tools(**tools: str) -> Outcome:
    return Outcome(FAILED, evidence={"method": "browser", "tools": {**NOW, **tools}})


def versioned(key: str, earlier: Outcome | None, status: Any = PASSED, value: float | None = None) -> Outcome:
    measured = Outcome(status, value=value, evidence={"threshold": 2.5} if value else {})
    return with_tool_versions(get(key), measured, earlier, {"method": "browser", "tools": NOW})


@pytest.mark.parametrize(
    ("earlier", "value", "status"),
    [
        (None, 2.4, PASSED),  # no earlier outcome
        (failed_with_tools(), 2.4, PASSED),  # the same tools
        (failed_with_tools(chromium="156.0.9.9"), 2.4, PASSED),  # a patch of the same release
        (failed_with_tools(chromium="155.0.1.1"), 1.6, PASSED),  # good by far: no release makes that
        (
            failed_with_tools(chromium="155.0.1.1"),
            2.4,
            INCONCLUSIVE,
        ),  # good by as little as a release may make
    ],
)
def test_metric_near_the_threshold_is_inconclusive_after_a_browser_release(
    earlier: Outcome | None, value: float, status: str
) -> None:
    outcome = versioned("lcp", earlier, value=value)

    assert (outcome.status, outcome.reason) == (status, "tool_changed" if status == INCONCLUSIVE else None)


def test_failure_counts_with_any_tool_version() -> None:
    assert versioned("lcp", failed_with_tools(chromium="99.0"), FAILED, 3.0).status == FAILED


def test_pass_with_another_release_names_the_earlier_versions() -> None:
    outcome = versioned("a11y_label", failed_with_tools(axe="4.11.0"))

    assert (outcome.status, outcome.evidence["tools_changed_from"]) == (PASSED, {"axe": "4.11.0"})


def test_violation_does_not_pass_without_a_browser() -> None:
    with (
        served(Site({"/": Answer(html(), headers=[("Content-Type", "text/html")])})) as site,
        loopback_client() as c,
    ):
        outcomes_before = {"a11y_label": failed_with_tools()}
        outcome = dict(
            run_checks(site.url, outcomes_before, client=c, before=outcomes_before, retry_delays=())
        )["a11y_label"]

    assert (outcome.status, outcome.reason) == (INCONCLUSIVE, "not_available")


@pytest.mark.needs_chromium
@pytest.mark.usefixtures("short_quiet_time")
def test_newer_axe_must_test_the_elements_that_failed(chrome: Browser) -> None:
    """Unchanged elements that are no longer tested have not been fixed."""
    image = '<img src="/lamp.png" alt="A lamp" width="10" height="10">'
    kept = [image, '<iframe src="/map" title="How to find us"></iframe>', "<b>gone</b>"]
    answer = Answer(html(), headers=[("Content-Type", "text/html; charset=utf-8")])
    key = "a11y_image_alt"
    with served(Site({"/": answer})) as site, loopback_client() as client:

        def outcome_after(faults: list[str]) -> Outcome:
            older = Outcome(FAILED, evidence={**failed_with_tools(axe="4.11.0").evidence, "faults": faults})
            found = run_checks(
                site.url, [key], client=client, browser=chrome, before={key: older}, retry_delays=()
            )
            return dict(found)[key]

        fixed, unconfirmed = outcome_after([kept[0], kept[2]]), outcome_after(kept)

    assert fixed.status == PASSED
    assert (unconfirmed.status, unconfirmed.reason) == (INCONCLUSIVE, "tool_changed")
    assert unconfirmed.evidence["elements"] == [kept[1]]
