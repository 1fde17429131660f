"""What a page loads after a fix: a page without its images is no lighter page, and a broken script not a better one."""

from collections.abc import Iterator
from typing import Any

import pytest

from scanner.browser.browser import Browser
from scanner.outcome import FAILED, INCONCLUSIVE, PASSED, Outcome
from tests.fakes.website import Answer, Site, served
from tests.unit.scanner.checks.base_page import html
from tests.unit.scanner.checks.noise_image import noise
from tests.unit.scanner.site_checks import outcome_on, run_checks_on

pytestmark = [pytest.mark.needs_chromium, pytest.mark.usefixtures("short_quiet_time")]
HTML = [("Content-Type", "text/html; charset=utf-8")]
SCRIPT = [("Content-Type", "text/javascript")]
LONG = "// a remark without any use\n" * 200 + "let a = 1;"
IDLE = "function idle() { return '" + "x" * 30_000 + "' }"
TAG = '<script src="/a.js"></script>'
PICTURE = '<img src="/hero.png" width="400" height="500" alt="A lamp">'
LAZY = PICTURE.replace("<img", '<img loading="lazy"')
RESIZED = "/w_400,h_500/hero.png"  # as image services name a size
BY_SCRIPT = PICTURE.replace("src", "data-src")
REPLACED = "<script>const i = document.querySelector('[data-src]'); i.src = i.dataset.src</script>"
REMOVED = "<script>onload = () => document.querySelector('[loading]').removeAttribute('loading')</script>"


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
    image: Answer, expected: tuple[str, str | None], chrome: Browser
) -> None:
    keys = ["total_byte_weight", "lcp_image_not_lazy", "lcp"]
    site = Site({"/": Answer(html(), headers=HTML), "/lamp.png": image})

    outcomes = run_checks_on(site, keys, browser=chrome)

    assert {key: (outcome.status, outcome.reason) for key, outcome in outcomes.items()} == dict.fromkeys(
        keys, expected
    )


def page(added: str, script: Answer | str = "let a = 1;") -> dict[str, Any]:
    return {
        "/": Answer(html(add=added).replace('src="/map"', ""), headers=HTML),
        "/a.js": script if isinstance(script, Answer) else Answer(script, headers=SCRIPT),
        **dict.fromkeys(
            ("/hero.png", RESIZED), Answer(noise(200, 250), headers=[("Content-Type", "image/png")])
        ),
    }


FAULTY = {
    "minified_js": page(TAG, LONG),
    "unused_js": page(TAG, IDLE),
    "lcp_image_not_lazy": page(LAZY),
}


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with served(Site()) as site:
        yield site


@pytest.fixture(scope="module")
def before(site: Site, one_browser: Browser) -> dict[str, Outcome]:
    """The outcomes on the pages with a fault, which are the same for all of their fixes."""
    outcomes = {key: outcome_on(answers, key, site, one_browser) for key, answers in FAULTY.items()}
    assert {outcome.status for outcome in outcomes.values()} == {FAILED}
    return outcomes


@pytest.mark.parametrize(
    ("now", "status"),
    [
        (page(TAG, LONG + "}{"), INCONCLUSIVE),
        (page(TAG, Answer(LONG, 404)), INCONCLUSIVE),
        (page("<script>fetch('/a.js').then((r) => r.text()).then(eval)</script>", LONG), INCONCLUSIVE),
        (page(TAG), PASSED),
        (page(""), PASSED),
    ],
    ids=["broken", "missing", "evaluated", "minified", "removed"],
)
def test_script_that_was_not_minified_is_judged_or_gone(
    now: dict[str, Any], status: str, site: Site, before: dict[str, Outcome], chrome: Browser
) -> None:
    assert outcome_on(now, "minified_js", site, chrome, before).status == status


@pytest.mark.parametrize(
    ("now", "status"),
    [
        (page('<link rel="preload" as="script" href="/a.js">', IDLE), INCONCLUSIVE),
        (page('<link rel="prefetch" href="/a.js">', IDLE), PASSED),
        (page("<button onclick=\"import('/a.js')\">Edit</button>", IDLE), PASSED),
        (page(TAG, IDLE + "; idle()"), PASSED),
    ],
    ids=["preloaded", "prefetched", "on demand", "used"],
)
def test_unused_script_is_judged_or_not_loaded(
    now: dict[str, Any], status: str, site: Site, before: dict[str, Outcome], chrome: Browser
) -> None:
    assert outcome_on(now, "unused_js", site, chrome, before).status == status


@pytest.mark.parametrize(
    ("now", "status"),
    [
        (page(BY_SCRIPT + REPLACED), FAILED),
        (page(f"{BY_SCRIPT}<noscript>{PICTURE}</noscript>{REPLACED}"), FAILED),
        (page(LAZY + REMOVED), FAILED),
        (page('<link rel="preload" as="image" href="/hero.png">' + BY_SCRIPT + REPLACED), PASSED),
        (page(PICTURE + LAZY), PASSED),
        (page(PICTURE.replace("<img", '<img data-zoom="/hero.png"')), PASSED),
        (page(f'<picture><source srcset="/hero.png 1x">{PICTURE}</picture>'), PASSED),
        (
            page(PICTURE.replace("<img", f'<img srcset="{RESIZED} 1x,{RESIZED} 2x" data-zoom="{RESIZED}"')),
            PASSED,
        ),
        (page(PICTURE), PASSED),
    ],
)
def test_largest_image_that_a_script_loads_later_is_not_fixed(
    now: dict[str, Any], status: str, site: Site, before: dict[str, Outcome], chrome: Browser
) -> None:
    assert outcome_on(now, "lcp_image_not_lazy", site, chrome, before).status == status


@pytest.mark.parametrize(
    "image",
    [Answer("gone", 404), Answer("error", 500), Answer("<title>Not found</title>", headers=HTML)],
    ids=["gone", "error", "error page with status 200"],
)
def test_largest_image_that_is_missing_now_is_not_fixed(
    image: Answer, site: Site, before: dict[str, Outcome], chrome: Browser
) -> None:
    """Other files of the page were missing before too."""
    outcome = outcome_on(page(LAZY) | {"/hero.png": image}, "lcp_image_not_lazy", site, chrome, before)

    assert (outcome.status, outcome.reason) == (INCONCLUSIVE, "blocked")


def test_missing_image_changes_nothing_for_checks_that_do_not_depend_on_it(
    site: Site, chrome: Browser
) -> None:
    faulty = {"minified_js": outcome_on(page(PICTURE + TAG, LONG), "minified_js", site, chrome)}
    now = page(PICTURE + TAG) | {"/hero.png": Answer("gone", 404)}

    outcome = outcome_on(now, "minified_js", site, chrome, faulty)

    assert (faulty["minified_js"].status, outcome.status) == (FAILED, PASSED)
