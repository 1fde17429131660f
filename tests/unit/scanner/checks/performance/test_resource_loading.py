"""A page without its images is no lighter page."""

import pytest

from scanner.browser.browser import Browser
from scanner.engine import run_checks
from scanner.outcome import INCONCLUSIVE, PASSED
from tests.fakes.website import Answer, Site, loopback_client, served
from tests.unit.scanner.checks.base_page import html

HTML = [("Content-Type", "text/html; charset=utf-8")]


@pytest.mark.needs_chromium
@pytest.mark.usefixtures("short_quiet_time")
@pytest.mark.parametrize("key", ["total_byte_weight", "lcp_image_not_lazy", "lcp"])
@pytest.mark.parametrize(
    ("image", "expected"),
    [
        (Answer("busy", 503), (INCONCLUSIVE, "blocked")),
        (Answer(hang_up=True), (INCONCLUSIVE, "blocked")),
        (Answer("gone", 404), (PASSED, None)),
    ],
    ids=["outage", "no answer", "missing"],
)
def test_page_whose_image_is_temporarily_unavailable_is_not_measured(
    key: str, image: Answer, expected: tuple[str, str | None], chrome: Browser
) -> None:
    site = Site({"/": Answer(html(), headers=HTML), "/lamp.png": image})
    with served(site), loopback_client() as client:
        checked = run_checks(site.url, [key], client=client, browser=chrome, retry_delays=())
        outcome = dict(checked)[key]

    assert (outcome.status, outcome.reason) == expected
