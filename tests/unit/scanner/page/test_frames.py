"""A fault that was moved into a frame of the page is not fixed."""

from html import escape
from typing import Any

import pytest

from krafter_audit.http.client import Client
from scanner.browser.browser import Browser
from scanner.outcome import FAILED, INCONCLUSIVE, PASSED, Outcome
from scanner.parsing import parser_limits
from tests.fakes.page_checks import run_checks
from tests.fakes.website import Answer, Site, loopback_client, served
from tests.unit.scanner.checks.base_page import html, page

HTML = [("Content-Type", "text/html; charset=utf-8")]
LINK = '<a href="/chairs">click here</a>'
FAULTS = {
    "mixed_content": '<img src="http://example.com/lamp.png" alt="" width="1" height="1">',
    "insecure_form_action": '<form action="http://example.com/search"></form>',
    "image_dimensions": '<img src="/chair.png" alt="A chair">',
    "link_text": LINK,
    "crawlable_anchors": '<a href="javascript:void(0)">Chairs</a>',
    "broken_internal_links": '<a href="/gone">Old chairs</a>',
    "sri_external_scripts": '<script src="https://cdn.example.com/a.js"></script>',
    "private_ip_disclosure": "<p>Served by 10.1.2.3</p>",
    "debug_error_disclosure": "<p>Traceback (most recent call last):</p>",
}
FRAME = '<iframe src="/frame" title="Chairs"></iframe>'


def answers_of(added: str, frame: str = "") -> dict[str, Any]:
    return {
        "/": page(html(add=added), {"Content-Security-Policy": None}),
        "/frame": Answer(f"<title>Chairs</title><p>{frame}", headers=HTML),
    }


def srcdoc(content: str) -> str:
    return f'<iframe title="Chairs" srcdoc="{escape(content)}"></iframe>'


def verify(key: str, fault: str, now: dict[str, Any], site: Site, client: Client) -> Outcome:
    """Return the outcome after a fix of the page with the fault."""

    def run(before: dict[str, Outcome] | None) -> dict[str, Outcome]:
        found = run_checks(site.url, [key], client=client, before=before, retry_delays=())
        return dict(found)

    site.answers |= answers_of(fault)
    before = run(None)
    assert before[key].status == FAILED
    site.answers |= now
    return run(before)[key]


@pytest.mark.parametrize(("key", "fault"), FAULTS.items())
def test_fault_in_a_frame_is_not_fixed(key: str, fault: str, https_site: Site, client: Client) -> None:
    moved = [
        answers_of(srcdoc(fault)),
        answers_of(FRAME, fault),
        answers_of('<object data="/frame" type="text/html"></object>', fault),
    ]

    outcomes = [verify(key, fault, now, https_site, client) for now in moved]

    assert [outcome.status for outcome in outcomes] == [FAILED, FAILED, FAILED]


@pytest.mark.parametrize(("key", "fault"), FAULTS.items())
def test_fix_beside_frames_without_the_fault_passes(
    key: str, fault: str, https_site: Site, client: Client
) -> None:
    fixed = [answers_of(""), answers_of(FRAME, "Chairs"), answers_of(srcdoc("<p>Chairs"))]

    outcomes = [verify(key, fault, now, https_site, client) for now in fixed]

    assert [outcome.status for outcome in outcomes] == [PASSED, PASSED, PASSED]


@pytest.mark.parametrize(
    "frame",
    ['<a href="/tables">click here</a>', f"<script>document.write({LINK!r})</script>", "<"],
    ids=["another fault", "built by a script", "nothing"],
)
def test_frame_that_had_its_own_fault_does_not_prevent_a_pass(
    frame: str, https_site: Site, client: Client
) -> None:
    outcome = verify("link_text", LINK, answers_of(FRAME, frame), https_site, client)

    assert outcome.status == PASSED


def test_frames_of_other_origins_are_not_requested(https_site: Site, client: Client) -> None:
    with served(Site({"/": Answer(LINK, headers=HTML)})) as other:
        added = f'<iframe src="{other.url}" title="Chairs"></iframe>'
        outcome = verify("link_text", LINK, answers_of(added), https_site, client)

    assert (outcome.status, other.requests) == (PASSED, [])


def test_frame_whose_nesting_exceeds_the_limits_of_the_parser_is_not_parsed(
    https_site: Site, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parser_limits, "MAX_DEPTH", 100)
    added = srcdoc(LINK + "<div>" * 1100)

    outcome = verify("link_text", LINK, answers_of(added), https_site, client)

    assert (outcome.status, outcome.reason) == (INCONCLUSIVE, "truncated")


@pytest.mark.needs_chromium
@pytest.mark.usefixtures("short_quiet_time")
def test_frame_that_a_script_adds_is_judged(chrome: Browser) -> None:
    script = f"<script>document.querySelector('[srcdoc]').srcdoc = {LINK!r}</script>"
    site = Site({"/map": Answer("<title>Map</title>", headers=HTML)})
    with served(site), loopback_client() as client:
        site.answers["/"] = Answer(html(add=LINK), headers=HTML)
        before = dict(run_checks(site.url, ["link_text"], client=client, browser=chrome, retry_delays=()))
        site.answers["/"] = Answer(html(add=srcdoc("") + script), headers=HTML)
        after = dict(
            run_checks(site.url, [*before], client=client, browser=chrome, before=before, retry_delays=())
        )

    assert (after["link_text"].status, after["link_text"].evidence["faults"]) == (FAILED, [LINK])
