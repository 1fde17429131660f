"""Pages in a real Chromium: what a visit records, and its errors."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from krafter_audit.http.client import AddressPolicy
from scanner.browser.browser import Browser
from scanner.browser.chromium import ChromiumOptions
from scanner.browser.errors import BrowserError
from scanner.browser.session import ChromiumSession
from tests.fakes import faulty_site
from tests.fakes.raw_servers import Server, answer, sends


@pytest.fixture(scope="module")
def served() -> Iterator[faulty_site.FaultySite]:
    with faulty_site.serve() as site:
        yield site


@pytest.mark.needs_chromium
def test_visit_records_the_hosts_that_were_reached(chrome: Browser, served: faulty_site.FaultySite):
    with chrome.page(served.url) as page:
        seen = (page.title(), chrome.visit.response.status)

    assert seen == ("A shop of good things", 200)
    first = chrome.visit.proxied_requests[0]
    assert (first.url, first.address, first.reason) == (served.url, "127.0.0.1", "")
    assert sum(request.received for request in chrome.visit.proxied_requests) > len(served.body)


def test_non_public_address_is_refused_without_a_request(served: faulty_site.FaultySite):
    hits = len(served.hits)

    with (
        Browser(policy=AddressPolicy()) as browser,
        pytest.raises(BrowserError) as refusal,
        browser.page(served.url),
    ):
        pass

    assert (refusal.value.reason, len(served.hits)) == ("refused_address", hits)


def test_error_without_chromium_has_an_install_hint(served: faulty_site.FaultySite):
    options = ChromiumOptions(executable="/nowhere/chromium")

    with (
        Browser(policy=AddressPolicy.from_setting("127.0.0.1/32"), options=options) as browser,
        pytest.raises(BrowserError) as error,
        browser.page(served.url),
    ):
        pass

    assert error.value.reason == "not_available"
    assert "apt-get install chromium" in error.value.detail


@pytest.mark.needs_chromium
def test_page_that_crashes_is_named_and_the_next_visit_works(chrome: Browser):
    nested = "let d = document.body; for (let i = 0; i < 2e5; i++) d = d.appendChild(document.createElement('div'))"
    html = f"<!doctype html><title>deep</title><body><script>{nested}</script>"
    chrome.begin_run(AddressPolicy.from_setting("127.0.0.1/32"))

    error, _ = title_of(chrome, html)
    _, title = title_of(chrome, "<title>next</title>")

    assert (error, title) == (("blocked", "The page crashed in the browser."), "next")


def title_of(chrome: Browser, html: str) -> tuple[tuple[str, str] | None, str]:
    """Return the error of a visit, or the title of its page."""
    page_of = Server(sends(answer(html.encode(), headers=["Content-Type: text/html"])))
    try:
        with page_of as server, chrome.page(server.url) as page:
            return None, page.title()
    except BrowserError as error:
        return (error.reason, error.detail), ""


@pytest.mark.slow
def test_error_of_a_chromium_that_cannot_start_has_its_cause():
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        program = Path(folder) / "chromium"
        program.write_text(
            "#!/bin/sh\necho 'error while loading shared libraries: libnss3.so' >&2; exit 127\n"
        )
        program.chmod(0o755)
        with pytest.raises(BrowserError) as error:
            ChromiumSession.start(ChromiumOptions(executable=str(program)))

    cause = "Chromium does not start: error while loading shared libraries: libnss3.so"
    assert (error.value.reason, error.value.detail) == ("not_available", cause)
