"""The response of a rendered page is that of the document which is shown."""

import pytest

from scanner.browser.browser import Browser
from scanner.page_visit import visit_page
from tests.fakes.raw_servers import Server, answer, by_path, sends
from tests.fakes.website import Answer, Site, loopback_client, served
from tests.unit.scanner.checks.base_page import html

HTML = [("Content-Type", "text/html; charset=utf-8")]
ZIP = [("Content-Type", "application/zip"), ("Content-Disposition", "attachment; filename=a.zip")]


def leading_to(path: str) -> Answer:
    # Once it has loaded: Chromium reports no load of a page that navigates to no page before.
    script = f"<script>onload = () => setTimeout(() => location = '{path}', 50)</script>"
    return Answer(html(add=script), headers=HTML)


@pytest.mark.needs_chromium
@pytest.mark.parametrize(
    ("response", "shown"),
    [
        (Answer(b"PK", headers=ZIP), ""),
        (Answer(status=204), ""),
        (Answer(html(), 200, HTML), "next"),
        (Answer(html(), 404, HTML), "next"),
    ],
    ids=["download", "no content", "page", "error page"],
)
def test_response_that_is_not_shown_is_not_that_of_the_page(
    response: Answer, shown: str, chrome: Browser
) -> None:
    with served(Site({"/": leading_to("/next"), "/next": response})) as site:
        rendered = visit_page(chrome, site.url).response

    expected = response if shown else Answer()
    assert (rendered.url, rendered.status) == (f"{site.url}{shown}", expected.status)
    assert rendered.headers.get("content-type") == "text/html; charset=utf-8"


HEADS = {
    "no colon": ["<br />", "X-A: 1"],
    "folded": ["X-A: 1", " 2", "\t3"],
    "folded without a name": [": 1", " X-A: 2", "X-B: 3"],
    "folded without a colon": ["no colon", " X-A: 2", "X-B: 3"],
    "folded invalid name": ["X A: 1", " X-A: 2", "X-B: 3"],
    "folded twice": ["no colon", " X-A: 1", " X-B: 2"],
    "space before the name": ["X-B: 1", "no colon", "\t X-A: 2"],
    "space before the colon": ["X-A : 1", "X B: 2"],
    "repeated": ["X-A: 1", "X-A: 2"],
    "empty": ["X-A:", "X-B: "],
}
NAMES = ("x-a", "x-b")


def response_with(lines: list[str], *, first: bool) -> bytes:
    """Return a response with these header lines, before or behind the others."""
    usual = ["Content-Type: text/html", "Content-Length: 5"]
    return "\r\n".join(
        ["HTTP/1.1 200 OK", *(lines + usual if first else usual + lines), "", "Lamps"]
    ).encode()


@pytest.mark.needs_chromium
def test_client_reads_the_header_lines_that_the_browser_reads(chrome: Browser) -> None:
    responses = {
        f"{number}-{first}": sends(response_with(lines, first=first))
        for number, lines in enumerate(HEADS.values())
        for first in (True, False)
    }
    fetch = """async ([paths, names]) => Promise.all(paths.map(async (path) => {
        const sent = await fetch(path); return names.map((name) => sent.headers.get(name)) }))"""
    start = sends(answer(b"<title>Lamps</title>", headers=["Content-Type: text/html"]))
    with (
        Server(by_path(**{"": start, "favicon.ico": start}, **responses)) as server,
        loopback_client() as client,
    ):
        read = [
            [client.get(f"{server.url}/{path}").headers.get(name) for name in NAMES] for path in responses
        ]
        with chrome.page(f"{server.url}/") as page:
            shown = page.evaluate(fetch, [list(responses), NAMES])

    assert dict(zip(responses, read, strict=True)) == dict(zip(responses, shown, strict=True))
