"""A visit ends when the page is idle and something of its content has been painted."""

import os
import signal
import threading
from pathlib import Path
from typing import Any

import pytest

from scanner.browser.browser import Browser
from scanner.browser.process_guard import descendants
from scanner.outcome import INCONCLUSIVE, PASSED
from scanner.page_visit import axe, visit, visit_page
from scanner.page_visit.isolated_world import IsolatedWorld, ScriptError
from scanner.preconditions import Inconclusive
from tests.fakes.page_checks import run_checks
from tests.fakes.website import Answer, Site, loopback_client, served
from tests.unit.scanner.checks.base_page import html

PAINTING_PAUSE = 1.0  # seconds; a page without scripts is idle after a tenth of one
HTML = [("Content-Type", "text/html; charset=utf-8")]
HIDDEN = '<!doctype html><html lang="en"><title>Lamps</title><p style="opacity: 0">Lamps</p></html>'


def is_painting(pid: int) -> bool:
    try:
        return b"--type=gpu-process" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:  # it has ended
        return False


def pause_painting() -> None:
    """Stop the processes that paint, as on a busy machine, and continue them later."""
    painting = [pid for pid in descendants(os.getpid()) if is_painting(pid)]
    assert painting
    for pid in painting:
        os.kill(pid, signal.SIGSTOP)
    threading.Timer(PAINTING_PAUSE, lambda: [os.kill(pid, signal.SIGCONT) for pid in painting]).start()


@pytest.mark.needs_chromium
def test_visit_waits_for_the_first_paint_of_an_idle_page(chrome: Browser) -> None:
    def answer(*_: Any) -> Answer:
        pause_painting()
        return Answer(html(), headers=HTML)

    with served(Site({"/": answer})) as site:
        snapshot = visit_page(chrome, site.url)

    assert snapshot.vitals is not None
    assert (snapshot.is_blank, snapshot.vitals.fcp > PAINTING_PAUSE * 500) == (False, True)


@pytest.mark.needs_chromium
def test_page_whose_content_is_never_painted_is_blank(
    chrome: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visit, "MAX_PAINT_WAIT", 0.5)

    with served(Site({"/": Answer(HIDDEN, headers=HTML)})) as site:
        snapshot = visit_page(chrome, site.url)

    assert (snapshot.is_blank, snapshot.vitals) == (True, None)


HIDING = '<form><input name="{name}" aria-label="Lamps"><img src="/lamp.png"></form>'


@pytest.mark.needs_chromium
@pytest.mark.parametrize(
    ("name", "where"),
    [
        *((name, "page") for name in axe.HIDING_NAMES),
        (axe.HIDING_NAMES[0], "frame"),
        (axe.HIDING_NAMES[0], "shadow root"),
    ],
)
def test_form_whose_control_hides_its_content_does_not_pass(name: str, where: str, chrome: Browser) -> None:
    hiding = HIDING.format(name=name)
    body = {
        "page": hiding,
        "frame": '<iframe src="/frame" title="Lamps"></iframe>',
        "shadow root": f'<div><template shadowrootmode="open">{hiding}</template></div>',
    }[where]
    page = f'<!doctype html><html lang="en"><title>Lamps</title><main>Lamps{body}</main></html>'
    answers = {"/": Answer(page, headers=HTML), "/frame": Answer(hiding, headers=HTML)}

    with served(Site(answers)) as site, loopback_client() as client:
        outcomes = dict(
            run_checks(site.url, ["a11y_image_alt"], client=client, browser=chrome, retry_delays=())
        )

    outcome = outcomes["a11y_image_alt"]
    assert (outcome.status, outcome.reason) == (INCONCLUSIVE, "not_available")
    assert name in outcome.evidence["detail"]


# As AMP's boilerplate, which shows the page after 8 seconds where AMP's script is not loaded.
REVEALED = """<!doctype html><html lang="en"><title>Lamps</title>
    <style>body { animation: reveal 1.5s steps(1, end) 1 normal both }
    @keyframes reveal { from { visibility: hidden } to { visibility: visible } }</style><p>Lamps</p></html>"""


@pytest.mark.needs_chromium
def test_visit_waits_for_content_that_an_animation_reveals(chrome: Browser) -> None:
    with served(Site({"/": Answer(REVEALED, headers=HTML)})) as site:
        snapshot = visit_page(chrome, site.url)

    assert snapshot.vitals is not None
    assert (snapshot.is_blank, snapshot.vitals.fcp > 1400) == (False, True)


# Chromium reports no First Contentful Paint of text that is transparent at first, and then only composed again.
FADED_IN = """<!doctype html><html lang="en"><title>Lamps</title>
    <style>body { opacity: 0; animation: show .1s forwards } @keyframes show { to { opacity: 1 } }</style><p>Lamps"""


FRAME_ALONE = (
    '<!doctype html><html lang="en"><title>Lamps</title><iframe src="/lamps" title="Lamps"></iframe>'
)


@pytest.mark.needs_chromium
@pytest.mark.parametrize("page", [FADED_IN, FRAME_ALONE], ids=["faded in", "frame alone"])
def test_page_is_not_blank_where_its_paint_is_not_reported(
    chrome: Browser, monkeypatch: pytest.MonkeyPatch, page: str
) -> None:
    monkeypatch.setattr(visit, "MAX_PAINT_WAIT", 0.5)
    keys = ["title_present", "a11y_html_has_lang", "lcp_image_not_lazy", "cls"]

    answers = {"/": Answer(page, headers=HTML), "/lamps": Answer("<p>Lamps", headers=HTML)}
    with served(Site(answers)) as site, loopback_client() as client:
        outcomes = dict(run_checks(site.url, keys, client=client, browser=chrome, retry_delays=()))

    assert [(outcome.status, outcome.reason) for outcome in outcomes.values()] == [
        *[(PASSED, None)] * 2,
        *[(INCONCLUSIVE, "not_available")] * 2,
    ]


@pytest.mark.needs_chromium
@pytest.mark.parametrize(
    ("frame", "expected"),
    [
        (Answer("", headers=HTML), ["target_missing", "target_missing"]),
        # Chromium shows its own page in place of each of these.
        (Answer("<p>Lamps", headers=[*HTML, ("X-Frame-Options", "DENY")]), [None, "not_available"]),
        (Answer(hang_up=True), ["blocked", "blocked"]),
        (Answer("<p>Down", 503, headers=HTML), ["blocked", "blocked"]),
    ],
    ids=["empty", "refused", "interrupted", "overloaded"],
)
def test_page_that_is_a_frame_without_its_content_does_not_pass(
    chrome: Browser, monkeypatch: pytest.MonkeyPatch, frame: Answer, expected: list[str | None]
) -> None:
    monkeypatch.setattr(visit, "MAX_PAINT_WAIT", 0.1)
    keys = ["a11y_html_has_lang", "a11y_color_contrast"]

    with (
        served(Site({"/": Answer(FRAME_ALONE, headers=HTML), "/lamps": frame})) as site,
        loopback_client() as client,
    ):
        outcomes = dict(run_checks(site.url, keys, client=client, browser=chrome, retry_delays=()))

    assert [outcome.reason for outcome in outcomes.values()] == expected


@pytest.mark.needs_chromium
def test_results_of_two_documents_are_not_mixed(chrome: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    run = axe.run

    def navigate_and_run(world: IsolatedWorld, *args: Any, **options: Any) -> dict[str, axe.RuleResult]:
        world.evaluate("location.href = '/next'")  # as a timer of the page does at this moment
        while world.evaluate("document.title + document.readyState") != "Nextcomplete":
            options["wait"](0.05)
        return run(world, *args, **options)

    monkeypatch.setattr(axe, "run", navigate_and_run)
    following = "<!doctype html><html lang=en><title>Next</title><p>Lamps"
    faulty = html(replace=(' alt="A lamp"', ""))
    answers = {"/": Answer(faulty, headers=HTML), "/next": Answer(following, headers=HTML)}
    with served(Site(answers)) as site, pytest.raises(Inconclusive) as error:
        visit_page(chrome, site.url, rules=["image-alt"])

    assert (error.value.reason, "navigated" in error.value.detail) == ("not_available", True)


@pytest.mark.needs_chromium
def test_debugger_statement_does_not_stop_the_page(chrome: Browser) -> None:
    page = html(add="<script>debugger</script>")

    with served(Site({"/": Answer(page, headers=HTML)})) as site:
        snapshot = visit_page(chrome, site.url, scripts=True)

    assert snapshot.response.status == 200


ONCE = "if (!sessionStorage.seen) { sessionStorage.seen = 1; %s }"
WAIT = "const end = Date.now() + 300; while (Date.now() < end);"


@pytest.mark.needs_chromium
@pytest.mark.parametrize(
    "script",
    [
        f"{WAIT} location = `javascript:'<title>Lamps</title><p>Lamps'`",
        ONCE % f"{WAIT} location.reload()",
        ONCE % f"{WAIT} onload = () => setTimeout(() => location.reload(), 50)",
    ],
)
def test_page_that_replaces_itself_is_not_timed_by_its_last_document(script: str, chrome: Browser) -> None:
    page = f"<!doctype html><html lang=en><title>Lamps</title><script>{script}</script><p>Lamps"
    with served(Site({"/": Answer(page, headers=HTML)})) as site, loopback_client() as client:
        fcp = dict(run_checks(site.url, ["fcp"], client=client, retry_delays=(), browser=chrome))["fcp"]

    assert (fcp.status, fcp.reason, fcp.evidence["detail"]) == (
        INCONCLUSIVE,
        "not_available",
        "The page replaces itself while it is timed.",
    )


@pytest.mark.needs_chromium
@pytest.mark.parametrize("start", ["/server", "/script"])
def test_page_is_timed_after_redirects(start: str, chrome: Browser) -> None:
    script = "<!doctype html><title>Lamps</title><link rel=prefetch href=/><script>location = '/'</script>"
    answers = {
        "/": Answer(html(), headers=[*HTML, ("Cache-Control", "max-age=600")]),
        "/server": Answer(status=302, headers=[("Location", "/")]),
        "/script": Answer(script, headers=HTML),
    }
    with served(Site(answers)) as site:
        snapshot = visit_page(chrome, site.url.rstrip("/") + start, throttled=True)

    assert snapshot.vitals is not None


@pytest.mark.needs_chromium
def test_page_that_replaces_its_document_without_end_is_inconclusive_in_plain_words(chrome: Browser) -> None:
    page = html(add="<script>setInterval(() => document.open(), 50)</script>")

    with served(Site({"/": Answer(page, headers=HTML)})) as site, pytest.raises(Inconclusive) as error:
        visit_page(chrome, site.url, rules=["image-alt"])

    assert (error.value.reason, error.value.detail) == (
        "not_available",
        "The browser failed to test the page.",
    )


@pytest.mark.parametrize(
    ("message", "detail"),
    [
        ("Page.content: Unable to retrieve content because the page is navigating.", visit.NAVIGATED),
        ("Execution context was destroyed, most likely because of a navigation", visit.NAVIGATED),
        ("Protocol error (Runtime.evaluate): Cannot find context with specified id", visit.NAVIGATED),
        ("TypeError: Cannot read properties of undefined", "The browser failed to test the page."),
    ],
)
def test_error_of_the_browser_becomes_a_plain_sentence(message: str, detail: str) -> None:
    with pytest.raises(Inconclusive) as error, visit._as_inconclusive():
        raise ScriptError(message)

    assert (error.value.reason, error.value.detail) == ("not_available", detail)
