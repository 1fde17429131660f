"""Pages of one run share an HTTP cache and nothing else, and a page is judged as without the cache."""

import os
import signal
from contextlib import suppress

import pytest

from krafter_audit.http.client import HostThrottle, ParsedUrl
from scanner.browser import browser, session
from scanner.browser.browser import Browser
from scanner.browser.errors import BrowserError
from scanner.browser.process_guard import descendants
from scanner.page_visit import visit_page
from tests.fakes.website import Answer, Site, served

pytestmark = [pytest.mark.needs_chromium, pytest.mark.usefixtures("short_quiet_time")]

CACHED = ("Cache-Control", "max-age=600")
HTML = [("Content-Type", "text/html; charset=utf-8"), ("Set-Cookie", "seen=1")]
SCRIPT = "function unused() { return 'never' } document.documentElement.lang = 'en';" * 400
LAMP = f"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><desc>{'lamp ' * 1000}</desc></svg>"
PAGE = """<!doctype html><title>Lamps</title><link rel="stylesheet" href="/style.css"><script src="/app.js"></script>
<script src="/checked.js"></script><h1>Lamps</h1><img src="/lamp.svg" alt="A lamp">
<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=" alt="A data URL"><script>
document.title = [document.cookie, localStorage.seen, sessionStorage.seen].join();
localStorage.seen = sessionStorage.seen = "yes"; document.cookie = "by_script=1";
indexedDB.databases().then(found => document.title += found.length).then(() => indexedDB.open("seen"))</script>"""


@pytest.fixture(autouse=True)
def _visits_left(chrome: Browser) -> None:
    """Restart a Chromium that has few visits left: its restart within a test would empty the cache."""
    if chrome._session and chrome._session.visits > browser.MAX_VISITS_PER_CHROMIUM - 10:
        chrome.close()


def shop() -> Site:
    def checked(method: str, headers: dict[str, str]) -> Answer:
        if headers.get("if-none-match"):
            return Answer(status=304, headers=[("ETag", '"1"')])
        return Answer(SCRIPT, headers=[("Content-Type", "text/javascript"), ("ETag", '"1"')])

    return Site(
        {
            "/": Answer(PAGE, headers=HTML),
            "/lamps": Answer(PAGE, headers=HTML),
            "/tables": Answer(PAGE, headers=HTML),
            "/style.css": Answer("h1 { color: #222 }" * 100, headers=[("Content-Type", "text/css"), CACHED]),
            "/app.js": Answer(SCRIPT, headers=[("Content-Type", "text/javascript"), CACHED]),
            "/checked.js": checked,
            "/lamp.svg": Answer(LAMP, headers=[("Content-Type", "image/svg+xml"), CACHED]),
        }
    )


def test_further_page_requests_what_is_not_in_the_cache(chrome: Browser):
    with served(shop()) as site:
        for path in ("", "lamps", "tables"):
            visit_page(chrome, f"{site.url}{path}", keep_cache=True)

    requests = site.paths()
    once, always = ("/style.css", "/app.js", "/lamp.svg"), ("/checked.js",)
    assert [requests.count(path) for path in once] == [1, 1, 1]
    assert [requests.count(path) for path in always] == [3]


def test_page_has_the_same_snapshot_with_a_filled_cache(chrome: Browser):
    with served(shop()) as site:
        for path in ("", "lamps"):
            visit_page(chrome, f"{site.url}{path}", keep_cache=True, scripts=True)
        cached = visit_page(chrome, f"{site.url}tables", keep_cache=True, scripts=True, rules=["image-alt"])
        fresh = visit_page(chrome, f"{site.url}tables", scripts=True, rules=["image-alt"])

    assert fresh.transfer_size > 60_000
    assert (cached.transfer_size, cached.requests, cached.elements) == (
        fresh.transfer_size,
        fresh.requests,
        fresh.elements,
    )
    assert cached.scripts == fresh.scripts
    assert sorted(cached.resources) == sorted(fresh.resources)
    assert cached.axe == fresh.axe
    assert (cached.network.get("from_cache"), fresh.network.get("from_cache")) == (3, None)


def test_page_begins_without_cookies_and_storage_of_earlier_pages(chrome: Browser):
    titles = []
    with served(shop()) as site:
        for path in ("", "lamps", "tables"):
            with chrome.page(f"{site.url}{path}", keep_cache=True) as page:
                page.wait_for_function("/\\d$/.test(document.title)")
                titles.append(page.title())

    assert titles == ["seen=1,,0"] * 3


def test_response_that_was_not_measured_counts_with_its_decoded_length(chrome: Browser):
    with served(shop()) as site:
        with chrome.page(site.url, keep_cache=True):
            pass
        snapshot = visit_page(chrome, f"{site.url}lamps", keep_cache=True)

    assert snapshot.transfer_size > 60_000


@pytest.mark.parametrize("end", ["fresh page", "new run", "failed visit"])
def test_cache_is_left_out(chrome: Browser, end: str):
    with served(shop()) as site:
        visit_page(chrome, site.url, keep_cache=True)
        if end == "new run":
            chrome.begin_run(chrome.policy)
        if end == "failed visit":
            with pytest.raises(BrowserError), chrome.page(f"{site.url}lamps", keep_cache=True):
                raise BrowserError("blocked", "The page cannot be judged.")
        visit_page(chrome, f"{site.url}tables", keep_cache=end != "fresh page")

    expected = 3 if end == "failed visit" else 2
    assert site.paths().count("/checked.js") == expected
    assert site.paths().count("/style.css") == 2


def test_only_what_is_requested_counts_as_a_request_to_the_host(chrome: Browser):
    class Recorder(HostThrottle):
        def __init__(self) -> None:
            self.paths: list[str] = []

        def record(self, url: ParsedUrl) -> None:
            self.paths.append(url.path)

    throttle = Recorder()
    with served(shop()) as site:
        for path in ("", "lamps", "tables"):
            throttle.paths.clear()
            visit_page(chrome, f"{site.url}{path}", keep_cache=True, throttle=throttle)

    assert throttle.paths == ["/checked.js"]


def test_limits_are_those_of_one_visit(chrome: Browser):
    requests = [f"<img src=/{number}.png alt>" for number in range(200)]
    pages = {
        path: Answer(f"<!doctype html><p>Lamps{''.join(requests)}", headers=HTML) for path in ("/", "/b")
    }

    with served(Site(pages)) as site:
        for path in ("", "b"):
            with chrome.page(f"{site.url}{path}", keep_cache=True):
                assert chrome.visit.requests > 200
            assert chrome.visit.requests < 300


def test_suspended_browser_is_replaced_in_the_next_run(chrome: Browser, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(session, "SHUTDOWN_TIMEOUT", 1.0)
    with served(shop()) as site:
        visit_page(chrome, site.url, keep_cache=True)
        suspended = chrome._session
        guard = int((suspended.home / "pid").read_text())
        for pid in descendants(guard):
            with suppress(ProcessLookupError):  # it has ended
                os.kill(pid, signal.SIGSTOP)
        chrome.begin_run(chrome.policy)
        snapshot = visit_page(chrome, f"{site.url}lamps", keep_cache=True)

    assert chrome._session is not suspended
    assert snapshot.elements > 3
