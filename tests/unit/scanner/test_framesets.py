"""A frameset is judged by its own HTML and headers, and by axe-core in its frames; what is in them is not passed."""

from collections.abc import Iterator
from typing import Any

import pytest

from scanner.browser.browser import Browser
from scanner.crawler import discover
from scanner.outcome import FAILED, INCONCLUSIVE, PASSED, Outcome
from scanner.page.context import PageContext
from tests.fakes.page_checks import run_checks
from tests.fakes.website import Answer, Site, loopback_client, served
from tests.unit.scanner.checks.base_page import DESCRIPTION, TITLE, VIEWPORT, html

pytestmark = pytest.mark.usefixtures("short_quiet_time")
HTML = [("Content-Type", "text/html; charset=utf-8")]
SCRIPT = "<script>var shown = location.search.slice(1)</script>"
CONTENT_CHECKS = (
    *("link_text", "crawlable_anchors", "image_dimensions", "password_over_http"),
    *("dom_size", "lcp_image_not_lazy", "cls", "tbt", "lcp", "fcp"),
)


def frameset(*sources: str, head: str = TITLE + DESCRIPTION + VIEWPORT + SCRIPT) -> Answer:
    frames = "".join(f'<frame src="{source}" title="Part {n}">' for n, source in enumerate(sources))
    text = (
        f'<!doctype html><html lang="en"><head>{head}</head><frameset cols="*,*">{frames}</frameset></html>'
    )
    return Answer(text, headers=HTML)


def run_checks_on(page: Answer, *keys: str, **options: Any) -> dict[str, Outcome]:
    content = Answer(html(), headers=HTML)
    broken = Answer(html(replace=(' alt="A lamp"', "")), headers=HTML)
    answers = {"/": page, "/menu": content, "/main": content, "/broken": broken}
    with served(Site(answers)) as site, loopback_client() as client:
        return dict(run_checks(site.url, keys, client=client, retry_delays=(), **options))


@pytest.fixture(scope="module")
def other_origin() -> Iterator[str]:
    with served(Site({"/": Answer(html(), headers=HTML)})) as site:
        yield site.url


@pytest.mark.needs_chromium
def test_own_html_of_a_frameset_is_judged(chrome: Browser) -> None:
    keys = ("title_present", "meta_description", "viewport_meta", "doctype", "charset", "total_byte_weight")
    found = run_checks_on(frameset("/menu", "/main"), *keys, browser=chrome)
    untitled = run_checks_on(frameset("/menu", "/main", head=SCRIPT), *keys[:2], browser=chrome)

    assert {outcome.status for outcome in found.values()} == {PASSED}
    assert {outcome.status for outcome in untitled.values()} == {FAILED}


@pytest.mark.needs_chromium
def test_axe_rules_are_run_in_the_frames_too(chrome: Browser) -> None:
    keys = ("a11y_html_has_lang", "a11y_document_title", "a11y_frame_title", "a11y_image_alt")
    found = run_checks_on(frameset("/menu", "/broken"), *keys, browser=chrome)

    assert [found[key].status for key in keys] == [PASSED, PASSED, PASSED, FAILED]


@pytest.mark.needs_chromium
def test_axe_rules_about_content_do_not_pass_frames_of_another_origin(
    chrome: Browser, other_origin: str
) -> None:
    keys = ("a11y_html_has_lang", "a11y_document_title", "a11y_frame_title", "a11y_image_alt")
    found = run_checks_on(frameset("/menu", other_origin), *keys, browser=chrome)

    assert [found[key].status for key in keys] == [PASSED, PASSED, PASSED, INCONCLUSIVE]
    assert "frames" in found["a11y_image_alt"].evidence["detail"]


@pytest.mark.needs_chromium
def test_checks_of_content_say_that_it_is_in_the_frames(chrome: Browser) -> None:
    found = run_checks_on(frameset("/menu", "/main"), *CONTENT_CHECKS, browser=chrome)

    assert {(outcome.status, outcome.reason) for outcome in found.values()} == {
        (INCONCLUSIVE, "not_available")
    }
    assert {outcome.evidence["detail"] for outcome in found.values()} == {
        "The page is a frameset: its content is in frames, which are pages of their own."
    }


@pytest.mark.needs_chromium
def test_frameset_without_frames_is_blank(chrome: Browser) -> None:
    found = run_checks_on(frameset(), "a11y_document_title", browser=chrome)["a11y_document_title"]

    assert (found.reason, found.evidence["detail"]) == ("target_missing", "The rendered page is blank.")


def test_frameset_is_judged_without_a_browser() -> None:
    keys = ("title_present", "meta_description", "link_text", "image_dimensions")
    found = run_checks_on(frameset("/menu", "/main"), *keys)

    assert [(found[key].status, found[key].reason) for key in keys] == [
        (PASSED, None),
        (PASSED, None),
        (INCONCLUSIVE, "not_available"),
        (INCONCLUSIVE, "not_available"),
    ]


@pytest.mark.parametrize(("source", "status"), [("/main", PASSED), ("/missing", FAILED)])
def test_frames_are_internal_links(source: str, status: str) -> None:
    found = run_checks_on(frameset("/menu", source), "broken_internal_links")["broken_internal_links"]

    assert found.status == status


def test_frames_are_pages_of_a_scan() -> None:
    with served(Site({"/": frameset("/menu", "/main#top")})) as site, loopback_client() as client:
        pages = discover(PageContext(site.url, client, retry_delays=())).pages

    assert pages == [site.url, f"{site.url}menu", f"{site.url}main"]
