"""The rules of axe-core on a rendered page: each fails on its own fault and on no other."""

import gzip
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from scanner.browser import Browser
from scanner.browser_context import RULE
from scanner.page_visit import axe, device_profile
from scanner.page_visit.isolated_world import World
from scanner.registry import REGISTRY, keys
from tests.findings.checks.base_page import html, page
from tests.findings.checks.faults import FAULTS
from tests.findings.checks.rendered_faults import RENDERED_FAULTS
from tests.findings.checks.site import Site, served

BY_AXE = [key for key in keys() if key.startswith("a11y_")]
RULES = sorted(need.removeprefix(RULE) for key in BY_AXE for need in REGISTRY[key].needs if RULE in need)
FRAME = '<iframe src="/map" title="How to find us"></iframe>'
# What stands outside of main is outside of every landmark.
ALSO_BROKEN = dict.fromkeys(
    ("a11y_duplicate_id_aria", "a11y_listitem", "a11y_landmark_one_main"), {"a11y_region"}
)


@pytest.fixture(scope="module")
def rendered(one_browser: Browser) -> Iterator[Page]:
    """A page of the phone that may hold any markup: nothing of it is loaded from anywhere."""
    plain = Site(
        {"/": page("<title>Empty</title>", {"Content-Security-Policy": None, "Content-Encoding": None})}
    )
    with served(plain), one_browser.page(plain.url, **device_profile.PHONE) as opened:
        yield opened


def faulty(key: str) -> str:
    if key in RENDERED_FAULTS:
        return html(add=RENDERED_FAULTS[key])
    return gzip.decompress(FAULTS[key]().answers["/"].body).decode()


def broken_rules(rendered: Page, markup: str) -> set[str]:
    # axe waits half a second for a frame whose page was written over, so a good one stays out.
    rendered.set_content(markup.replace(FRAME, ""))
    session = rendered.context.new_cdp_session(rendered)
    session.send("Page.enable")
    verdicts = axe.run(World(session), RULES)
    session.detach()
    return {f"a11y_{rule.replace('-', '_')}" for rule, said in verdicts.items() if said.count}


def test_there_is_a_fault_for_each_rule() -> None:
    assert set(BY_AXE) == set(RENDERED_FAULTS) | {key for key in FAULTS if key.startswith("a11y_")}


def test_axe_finds_no_fault_on_a_page_without_one(rendered: Page) -> None:
    assert broken_rules(rendered, html()) == set()


@pytest.mark.parametrize("key", BY_AXE)
def test_axe_finds_the_fault_and_no_other(key: str, rendered: Page) -> None:
    assert broken_rules(rendered, faulty(key)) == {key} | ALSO_BROKEN.get(key, set())
