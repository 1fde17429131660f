"""An element that violated a rule is fixed, or gone, or the verification is inconclusive."""

from collections.abc import Iterator

import pytest

from scanner.browser.browser import Browser
from scanner.outcome import FAILED, INCONCLUSIVE, PASSED, Outcome
from tests.fakes.website import Answer, Site, served
from tests.unit.scanner.checks.base_page import html
from tests.unit.scanner.site_checks import outcome_on

pytestmark = [pytest.mark.needs_chromium, pytest.mark.usefixtures("short_quiet_time")]
KEY = "a11y_image_alt"
FAULT = '<img src="/chair.png" width="10" height="10">'
FIXED = FAULT.replace("<img", '<img alt="A chair"')
LINK_KEY = "a11y_link_in_text_block"
LINK = '<a href="/terms">our terms of trade</a>'
HTML = [("Content-Type", "text/html; charset=utf-8")]


def page(element: str) -> Answer:
    return Answer(html(add=f"<main>{element}</main>"), 200, HTML)


def styled(link: str, rules: str) -> Answer:
    sheet = f"<style>.t {{ color: #333 }} .t a {{ text-decoration: none; {rules} }}</style>"
    text = f'<p class="t">Read about {link} before you order anything here.</p>'
    return Answer(html(add=f"{sheet}<footer>{text}</footer>"), 200, HTML)


BUTTON = '<button type="button" class="go"><svg aria-hidden="true" width="24" height="24"></svg></button>'
SHARE = '<button type="button">Share</button>'
FAULTY = {
    KEY: page(FAULT),
    "a11y_button_name": page(BUTTON + SHARE),
    LINK_KEY: styled(LINK, "color: #444"),
}


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with served(Site()) as site:
        yield site


@pytest.fixture(scope="module")
def before(site: Site, one_browser: Browser) -> dict[str, Outcome]:
    """The outcomes on the pages with a violation, which are the same for all of their fixes."""
    outcomes = {key: outcome_on({"/": answer}, key, site, one_browser) for key, answer in FAULTY.items()}
    assert {outcome.status for outcome in outcomes.values()} == {FAILED}
    return outcomes


@pytest.mark.parametrize(
    ("now", "status", "reason"),
    [
        (FIXED, PASSED, None),
        (FAULT.replace("<img", '<img alt="\u200b"'), INCONCLUSIVE, "not_available"),
        (FAULT.replace("<img", '<img alt="&shy; &zwj;"'), INCONCLUSIVE, "not_available"),
        (FAULT.replace("<img", '<img alt=" \u3164"'), INCONCLUSIVE, "not_available"),
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
        "filler",
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
    after = outcome_on({"/": page(now)}, KEY, site, chrome, before)

    assert (after.status, after.reason) == (status, reason)


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
    key: str, fault: str, hidden: str, status: str, site: Site, before: dict[str, Outcome], chrome: Browser
) -> None:
    now = page(fault.replace(" ", f" {hidden} ", 1) + SHARE)

    assert outcome_on({"/": now}, key, site, chrome, before).status == status


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
    style: str, status: str, site: Site, before: dict[str, Outcome], chrome: Browser
) -> None:
    assert outcome_on({"/": styled(LINK, style)}, LINK_KEY, site, chrome, before).status == status


@pytest.mark.parametrize(("tag", "status"), [("strong", PASSED), ("span", INCONCLUSIVE)])
def test_element_that_contains_only_the_link_is_no_text_around_it(
    tag: str, status: str, site: Site, before: dict[str, Outcome], chrome: Browser
) -> None:
    now = styled(f"<{tag}>{LINK}</{tag}>", "color: #333")

    assert outcome_on({"/": now}, LINK_KEY, site, chrome, before).status == status


def statuses(key: str, before: str, after: str, site: Site, browser: Browser) -> list[str]:
    """Return the statuses before and after a fix."""
    found = outcome_on({"/": page(before)}, key, site, browser)
    return [found.status, outcome_on({"/": page(after)}, key, site, browser, {key: found}).status]


def test_id_that_aria_does_not_refer_to_any_more_is_fixed(site: Site, chrome: Browser) -> None:
    faulty = '<button aria-describedby="n">Help</button><p id="n">One</p><p id="n">Two</p>'
    fixed = faulty.replace(' aria-describedby="n"', "")

    assert statuses("a11y_duplicate_id_aria", faulty, fixed, site, chrome) == [FAILED, PASSED]


def test_many_elements_that_needed_review_before_need_not_be_the_first_ones(
    site: Site, chrome: Browser
) -> None:
    image = '<p style="background: linear-gradient(#fff, #eee)">Chair number {}</p>'
    headlines = [image.format(number) for number in range(25)]
    faint = '<p style="color: #999; background: #fff">Sold out</p>'
    faulty = "".join([*headlines, faint])
    fixed = "".join([*headlines[1:], faint.replace("#999", "#333")])

    assert statuses("a11y_color_contrast", faulty, fixed, site, chrome) == [FAILED, PASSED]
