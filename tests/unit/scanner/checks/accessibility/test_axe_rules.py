"""Each rule of axe-core is violated only by its own violation. See test_browser_flips for the checks."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from scanner.axe_verdict import key_of
from scanner.browser.browser import Browser
from scanner.page.rendered import AXE_RULE_PREFIX
from scanner.page_visit import axe, device_profile
from scanner.page_visit.isolated_world import IsolatedWorld
from scanner.registry import REGISTRY, keys
from tests.fakes.website import Site, served
from tests.unit.scanner.checks.axe_violations import VIOLATIONS, violating
from tests.unit.scanner.checks.base_page import html, page

AXE_KEYS = keys("accessibility")
RULES = sorted(
    need.removeprefix(AXE_RULE_PREFIX)
    for key in AXE_KEYS
    for need in REGISTRY[key].needs
    if AXE_RULE_PREFIX in need
)
FRAME = '<iframe src="/map" title="How to find us"></iframe>'
# Content that is no longer in main is outside of every landmark.
ALSO_VIOLATED = {"a11y_landmark_one_main": {"a11y_region"}}


@pytest.fixture(scope="module")
def rendered(one_browser: Browser) -> Iterator[Page]:
    """A page on the emulated phone whose markup a test sets; it loads nothing."""
    plain = Site(
        {"/": page("<title>Empty</title>", {"Content-Security-Policy": None, "Content-Encoding": None})}
    )
    with served(plain), one_browser.page(plain.url, **device_profile.CONTEXT_OPTIONS) as opened:
        yield opened


def violated_keys(rendered: Page, markup: str) -> set[str]:
    # axe waits half a second for a frame whose page was replaced, so the good frame is left out.
    rendered.set_content(markup.replace(FRAME, ""))
    session = rendered.context.new_cdp_session(rendered)
    session.send("Page.enable")
    results = axe.run(
        IsolatedWorld(session),
        RULES,
        elements=1,
        wait=lambda seconds: rendered.wait_for_timeout(seconds * 1000),
    )
    session.detach()
    return {key_of(rule) for rule, result in results.items() if result.count}


def test_every_axe_check_has_a_violation() -> None:
    assert set(AXE_KEYS) == set(VIOLATIONS)
    assert {key_of(rule) for rule in RULES} == set(AXE_KEYS)


@pytest.mark.needs_chromium
def test_axe_finds_no_violation_on_the_good_page(rendered: Page) -> None:
    assert violated_keys(rendered, html()) == set()


@pytest.mark.needs_chromium
@pytest.mark.parametrize("key", AXE_KEYS)
def test_axe_finds_this_violation_and_no_other(key: str, rendered: Page) -> None:
    assert violated_keys(rendered, violating(key)) == {key} | ALSO_VIOLATED.get(key, set())
