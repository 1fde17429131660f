"""The response of a rendered page is that of the document which is shown."""

import pytest

from krafter_audit.http.client import AddressPolicy, Client
from scanner.browser.browser import Browser
from scanner.page_visit import visit_page
from tests.fakes.raw_servers import Server, answer, by_path, sends
from tests.fakes.website import Answer, Site, served
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


PLAIN = b"<!doctype html><html lang=en><title>Lamps</title><p>Lamps"
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


@pytest.mark.needs_chromium
@pytest.mark.parametrize("lines", HEADS.values(), ids=HEADS)
@pytest.mark.parametrize("first", [False, True], ids=["later", "first"])
def test_client_reads_the_header_lines_that_the_browser_reads(
    lines: list[str], first: bool, chrome: Browser
) -> None:
    around = ["Content-Type: text/html"]
    raw = answer(PLAIN, headers=lines + around if first else around + lines)
    status_line, _, rest = raw.partition(b"\r\n")
    if first:  # Content-Length comes first otherwise
        length, _, rest = rest.partition(b"\r\n")
        rest = rest.replace(b"\r\n\r\n", b"\r\n" + length + b"\r\n\r\n", 1)
    respond = by_path(**{"": sends(status_line + b"\r\n" + rest)}, **{"favicon.ico": sends(answer())})
    with (
        Server(respond) as server,
        Client(policy=AddressPolicy.from_setting("127.0.0.0/8"), ca_file="") as client,
    ):
        read = client.get(server.url)
        shown = visit_page(chrome, f"{server.url}/").response

    names = ("x-a", "x-b")
    assert {name: read.headers.get(name) for name in names} == {
        name: shown.headers.get(name) for name in names
    }
