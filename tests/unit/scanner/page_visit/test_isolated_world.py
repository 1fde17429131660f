"""A script of the scanner ends in time, and with the page that it runs in."""

import time
from collections.abc import Callable, Iterator

import pytest

from scanner.browser.browser import Browser
from scanner.page_visit.isolated_world import IsolatedWorld, ScriptError, ScriptTimeout
from tests.fakes.website import Answer, Site, served

pytestmark = pytest.mark.needs_chromium

type Evaluate = Callable[[float, str], object]


@pytest.fixture
def evaluate_within(chrome: Browser) -> Iterator[Evaluate]:
    site = Site({"/": Answer("<title>Lamps</title>", headers=[("Content-Type", "text/html")])})
    with served(site), chrome.page(site.url) as page:
        world = IsolatedWorld(page.context.new_cdp_session(page))
        world.prepare("")
        yield lambda seconds, expression: world.evaluate_within(
            seconds, expression, lambda pause: page.wait_for_timeout(pause * 1000)
        )


def test_awaited_value_is_returned(evaluate_within: Evaluate) -> None:
    assert evaluate_within(5, "new Promise((done) => setTimeout(() => done([document.title, 1]), 50))") == [
        "Lamps",
        1,
    ]


def test_script_that_takes_too_long_is_ended_and_others_run_after_it(evaluate_within: Evaluate) -> None:
    with pytest.raises(ScriptTimeout):
        evaluate_within(0.2, "(() => { while (true); })()")

    assert evaluate_within(5, "1 + 1") == 2


def test_error_of_a_script_is_raised(evaluate_within: Evaluate) -> None:
    with pytest.raises(ScriptError, match="broken"):
        evaluate_within(5, "(() => { throw new Error('broken') })()")


def test_script_ends_with_its_page(evaluate_within: Evaluate) -> None:
    started = time.monotonic()
    with pytest.raises(ScriptError, match="navigated"):
        evaluate_within(20, "new Promise(() => location.reload())")

    assert time.monotonic() - started < 15
