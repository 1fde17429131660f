"""An element that violated a rule is fixed, or gone, or the verification is inconclusive."""

import pytest

from scanner.browser.browser import Browser
from scanner.engine import run_checks
from scanner.outcome import FAILED, INCONCLUSIVE, PASSED
from tests.fakes.website import Answer, Site, loopback_client, served
from tests.unit.scanner.checks.base_page import html

pytestmark = [pytest.mark.needs_chromium, pytest.mark.usefixtures("short_quiet_time")]
KEY = "a11y_image_alt"
FAULT = '<img src="/chair.png" width="10" height="10">'
FIXED = FAULT.replace("<img", '<img alt="A chair"')
HTML = [("Content-Type", "text/html; charset=utf-8")]


def page(element: str) -> Answer:
    return Answer(html(add=f"<main>{element}</main>"), 200, HTML)


@pytest.mark.parametrize(
    ("now", "status", "reason"),
    [
        (FIXED, PASSED, None),
        ("", PASSED, None),
        (f"<!-- {FAULT} -->", PASSED, None),
        (f'<div style="display: none">{FAULT}</div>', INCONCLUSIVE, "target_missing"),
        (f"<details><summary>Chairs</summary>{FAULT}</details>", INCONCLUSIVE, "target_missing"),
        (
            f"<iframe title=\"Chairs\" srcdoc='<main>{FAULT.replace('chair', 'stool')}</main>'></iframe>",
            FAILED,
            None,
        ),
    ],
    ids=["fixed", "removed", "commented out", "hidden", "in closed details", "in a frame"],
)
def test_violating_element_is_searched_for(
    now: str, status: str, reason: str | None, chrome: Browser
) -> None:
    site = Site({"/": page(FAULT)})
    with served(site), loopback_client() as client:
        options = {"client": client, "browser": chrome, "retry_delays": ()}
        before = dict(run_checks(site.url, [KEY], **options))
        site.answers["/"] = page(now)
        after = dict(run_checks(site.url, [KEY], before=before, **options))[KEY]

    assert before[KEY].status == FAILED
    assert (after.status, after.reason) == (status, reason)
