"""Pages of one build are measured once: the same resources and the same structure, whatever they say."""

from dataclasses import replace

import pytest

from scanner.browser.browser import Browser
from scanner.lab_builds import build_of, measured_elsewhere, needs_another_page
from scanner.outcome import FAILED, INCONCLUSIVE, PASSED, Outcome
from scanner.page_visit import PageSnapshot, visit_page
from tests.fakes.html_response import html_response
from tests.fakes.website import Answer, Site, served

HTML = [("Content-Type", "text/html; charset=utf-8")]
CARD = '<li class="card new"><a href="/lamp">Lamp</a></li>'
PAGE = (
    '<!doctype html><title>%s</title><link rel=stylesheet href="/site.css?v=%s"><body><h1>%s</h1>'
    '<ul>%s</ul><script>document.body.append(document.createElement("footer"))</script>'
)


def snapshot(html: str, *resources: str) -> PageSnapshot:
    response = html_response(html)
    return PageSnapshot(response, None, 1, False, 0, 0, {}, {}, {}, {}, {}, None, resources)


LISTING = snapshot(f"<h1>Lamps</h1><ul>{CARD * 2}</ul>", "https://example.com/a.css?v=1")


@pytest.mark.parametrize(
    ("other", "is_same"),
    [
        (snapshot(f"<h1>Chairs</h1><ul>{CARD * 9}</ul>", "https://example.com/a.css?v=2"), True),
        (replace(LISTING, resources=(*LISTING.resources, *LISTING.resources)), True),
        (replace(LISTING, resources=("https://example.com/b.css",)), False),
        (replace(LISTING, resources=()), False),
        (snapshot(f"<h1>Lamps</h1><ul>{CARD}</ul><img>", *LISTING.resources), False),
        (snapshot(f"<h1>Lamps</h1><ul>{CARD.replace('card', 'row')}</ul>", *LISTING.resources), False),
    ],
    ids=["content", "loaded twice", "other file", "no file", "other element", "other class"],
)
def test_build_is_that_of_resources_and_structure(other: PageSnapshot, *, is_same: bool) -> None:
    assert (build_of(other) == build_of(LISTING)) is is_same


def test_deeply_nested_page_has_a_build() -> None:
    assert build_of(snapshot("<div>" * 5000)) != build_of(LISTING)


@pytest.mark.needs_chromium
@pytest.mark.usefixtures("short_quiet_time")
def test_visited_pages_of_one_template_have_one_build(chrome: Browser) -> None:
    answers = {
        "/": Answer(PAGE % ("Lamps", 1, "Lamps", CARD), headers=HTML),
        "/chairs": Answer(PAGE % ("Chairs", 2, "Chairs", CARD * 3), headers=HTML),
        "/article": Answer(PAGE % ("News", 1, "News", "<p>Text</p>"), headers=HTML),
        **{f"/site.css?v={number}": Answer("", headers=[("Content-Type", "text/css")]) for number in (1, 2)},
    }
    with served(Site(answers)) as site:
        builds = [build_of(visit_page(chrome, f"{site.url}{path}")) for path in ("", "chairs", "article")]

    assert (builds[0] == builds[1], builds[0] == builds[2]) == (True, False)


def outcome(status: str, *samples: float) -> dict[str, Outcome]:
    reason = "unsteady" if status == INCONCLUSIVE else None
    return {"fcp": Outcome(PASSED, samples=[0.5]), "lcp": Outcome(status, reason=reason, samples=[*samples])}


GOOD, BAD = outcome(PASSED, 1.0), outcome(FAILED, 6.0, 6.1)
STEADY = outcome(PASSED, 1.6, 1.7, 1.6)
NEAR, UNSTEADY = outcome(PASSED, 2.3, 2.4, 2.3, 2.3, 2.4), outcome(INCONCLUSIVE, 2.3, 2.9, 2.3, 2.4, 2.6)


@pytest.mark.parametrize(
    ("measured", "expected"),
    [
        ([], True),
        ([GOOD], False),
        ([BAD], False),
        ([STEADY], False),
        ([NEAR], True),
        ([UNSTEADY], True),
        ([NEAR, NEAR], False),
        ([NEAR, BAD], True),
        ([UNSTEADY, UNSTEADY], True),
        ([NEAR, BAD, BAD], False),
        ([UNSTEADY] * 3, False),
    ],
)
def test_pages_of_a_build_are_measured_until_they_agree(
    measured: list[dict[str, Outcome]], *, expected: bool
) -> None:
    assert needs_another_page(measured) is expected


def test_page_measured_elsewhere_is_inconclusive() -> None:
    outcome = measured_elsewhere("https://example.com/lamps")

    assert (outcome.status, outcome.reason) == (INCONCLUSIVE, "measured_elsewhere")
    assert outcome.evidence["detail"].startswith("Measured on https://example.com/lamps,")
