"""An element that violated a rule is fixed, or gone, or the verification is inconclusive."""

from collections.abc import Iterator
from typing import Any

import pytest

from scanner.browser.browser import Browser
from scanner.engine import run_checks
from scanner.outcome import FAILED, INCONCLUSIVE, PASSED, Outcome
from tests.fakes.website import Answer, Site, loopback_client, served
from tests.unit.scanner.checks.base_page import html

pytestmark = [pytest.mark.needs_chromium, pytest.mark.usefixtures("short_quiet_time")]
KEY = "a11y_image_alt"
FAULT = '<img src="/chair.png" width="10" height="10">'
FIXED = FAULT.replace("<img", '<img alt="A chair"')
LINK_KEY = "a11y_link_in_text_block"
LINK = '<a href="/terms">our terms of trade</a>'
HTML = [("Content-Type", "text/html; charset=utf-8")]


def page(element: str) -> Answer:
    return Answer(html(add=f"<main>{element}</main>"), 200, HTML)


def outcomes_of(site: Site, browser: Browser, before: dict[str, Outcome] | None = None) -> dict[str, Outcome]:
    with loopback_client() as client:
        return dict(
            run_checks(site.url, [KEY], client=client, browser=browser, before=before, retry_delays=())
        )


def styled(link: str, rules: str) -> Answer:
    sheet = f"<style>.t {{ color: #333 }} .t a {{ text-decoration: none; {rules} }}</style>"
    text = f'<p class="t">Read about {link} before you order anything here.</p>'
    return Answer(html(add=f"{sheet}<footer>{text}</footer>"), 200, HTML)


def statuses(site: Site, browser: Browser, key: str, before: Answer, after: Answer) -> list[str]:
    asked: dict[str, Any] = {"browser": browser, "retry_delays": ()}
    with loopback_client() as client:
        site.answers["/"] = before
        found = dict(run_checks(site.url, [key], client=client, **asked))
        site.answers["/"] = after
        fixed = dict(run_checks(site.url, [key], client=client, before=found, **asked))
    return [outcomes[key].status for outcomes in (found, fixed)]


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with served(Site({"/": page(FAULT)})) as site:
        yield site


@pytest.fixture(scope="module")
def before(site: Site, one_browser: Browser) -> dict[str, Outcome]:
    """The outcome on the page with the violation, which is the same for each of its fixes."""
    site.answers["/"] = page(FAULT)
    return outcomes_of(site, one_browser)


@pytest.mark.parametrize(
    ("now", "status", "reason"),
    [
        (FIXED, PASSED, None),
        (FAULT.replace("<img", '<img alt="\u200b"'), INCONCLUSIVE, "not_available"),
        (FAULT.replace("<img", '<img alt="&shy; &zwj;"'), INCONCLUSIVE, "not_available"),
        (FAULT.replace("<img", '<img alt="\u200fA chair"'), PASSED, None),
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
    ids=[
        "fixed",
        "zero-width",
        "hyphen and joiner",
        "from right to left",
        "removed",
        "commented out",
        "hidden",
        "in closed details",
        "in a frame",
    ],
)
def test_violating_element_is_searched_for(
    now: str, status: str, reason: str | None, site: Site, before: dict[str, Outcome], chrome: Browser
) -> None:
    site.answers["/"] = page(now)

    after = outcomes_of(site, chrome, before)[KEY]

    assert before[KEY].status == FAILED
    assert (after.status, after.reason) == (status, reason)


BUTTON = '<button type="button" class="go"><svg aria-hidden="true" width="24" height="24"></svg></button>'
SHARE = '<button type="button">Share</button>'


@pytest.mark.parametrize(
    ("key", "fault", "hidden", "status"),
    [
        ("a11y_button_name", BUTTON, 'aria-hidden="true"', INCONCLUSIVE),
        ("a11y_button_name", BUTTON, "hidden", INCONCLUSIVE),
        ("a11y_button_name", BUTTON, 'style="display:none"', INCONCLUSIVE),
        ("a11y_button_name", BUTTON, 'tabindex="-1" aria-hidden="true"', PASSED),
        ("a11y_button_name", BUTTON, 'aria-label="Go"', PASSED),
        (KEY, FAULT, "inert", INCONCLUSIVE),
        (KEY, FAULT, 'aria-hidden="true"', PASSED),
    ],
)
def test_element_that_is_hidden_by_its_own_attribute_is_not_fixed(
    key: str, fault: str, hidden: str, status: str, site: Site, chrome: Browser
) -> None:
    fixed = fault.replace(" ", f" {hidden} ", 1)

    found = statuses(site, chrome, key, page(fault + SHARE), page(fixed + SHARE))

    assert found == [FAILED, status]


@pytest.mark.parametrize(
    ("style", "status"),
    [
        ("color: #333", INCONCLUSIVE),
        ("color: #444; text-decoration: underline", PASSED),
        ("color: #333; font-weight: bold", PASSED),
        ("color: #333; font-family: monospace", PASSED),
        ("color: #333; text-transform: uppercase", PASSED),
        ("color: #333; background: linear-gradient(#333, #333) bottom / 100% 1px no-repeat", PASSED),
        ("color: #333; background: linear-gradient(#333, #333) bottom / 0% 1px no-repeat", INCONCLUSIVE),
        ("color: #333; border-bottom: 1px solid", PASSED),
        ("color: #333; border-bottom: 1px solid transparent", INCONCLUSIVE),
        ("color: #333; border-bottom: 1px solid rgb(51 51 51 / 0)", INCONCLUSIVE),
        ("color: #333; text-decoration: underline transparent", INCONCLUSIVE),
    ],
    ids=[
        "as the text",
        "underlined",
        "bold",
        "font",
        "upper case",
        "underlined by the background",
        "underlined on hover",
        "border",
        "transparent border",
        "transparent border in a colour",
        "transparent underline",
    ],
)
def test_link_that_looks_as_the_text_around_it_is_not_fixed(
    style: str, status: str, site: Site, chrome: Browser
) -> None:
    found = statuses(site, chrome, LINK_KEY, styled(LINK, "color: #444"), styled(LINK, style))

    assert found == [FAILED, status]


@pytest.mark.parametrize(("tag", "status"), [("strong", PASSED), ("span", INCONCLUSIVE)])
def test_element_that_contains_only_the_link_is_no_text_around_it(
    tag: str, status: str, site: Site, chrome: Browser
) -> None:
    wrapped = f"<{tag}>{LINK}</{tag}>"

    found = statuses(site, chrome, LINK_KEY, styled(LINK, "color: #444"), styled(wrapped, "color: #333"))

    assert found == [FAILED, status]


def test_id_that_aria_does_not_refer_to_any_more_is_fixed(site: Site, chrome: Browser) -> None:
    faulty = '<button aria-describedby="n">Help</button><p id="n">One</p><p id="n">Two</p>'

    found = statuses(
        site,
        chrome,
        "a11y_duplicate_id_aria",
        page(faulty),
        page(faulty.replace(' aria-describedby="n"', "")),
    )

    assert found == [FAILED, PASSED]


def test_many_elements_that_needed_review_before_need_not_be_the_first_ones(
    site: Site, chrome: Browser
) -> None:
    image = '<p style="background: linear-gradient(#fff, #eee)">Chair number {}</p>'
    headlines = [image.format(number) for number in range(25)]
    faint = '<p style="color: #999; background: #fff">Sold out</p>'
    fixed = faint.replace("#999", "#333")

    found = statuses(
        site,
        chrome,
        "a11y_color_contrast",
        page("".join([*headlines, faint])),
        page("".join([*headlines[1:], fixed])),
    )

    assert found == [FAILED, PASSED]
