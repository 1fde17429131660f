"""No page makes the browser connect to a refused address (SSRF)."""

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from krafter_audit.http.client import AddressPolicy
from krafter_audit.http.forward_proxy.proxy import ForwardProxy
from scanner.browser.browser import Browser
from scanner.browser.errors import BrowserError
from tests.fakes.raw_servers import Server, answer, redirects, sends
from tests.unit.scanner.browser import ssrf_vectors


class HostileSite:
    """An allowed site with hostile pages, and a server that must not be reached."""

    def __init__(self, stack: ExitStack) -> None:
        self.secret = stack.enter_context(
            Server(sends(answer(b"secret", headers=["Content-Type: text/html"])))
        )
        self.udp = stack.enter_context(ssrf_vectors.Udp())
        self.site = stack.enter_context(Server(self.respond))
        addresses = {"secret": self.secret.url, "port": self.secret.port, "udp": self.udp.port}
        self.page = ssrf_vectors.page(**addresses, allowed=f"{self.site.url}/")

    def respond(self, connection: Any, request: bytes) -> None:
        path = request.split(b" ", 2)[1].decode()
        if path.startswith("/to/"):
            return redirects(f"{self.secret.url}/{path.removeprefix('/to/')}")(connection, request)
        return sends(answer(self.page.encode(), headers=["Content-Type: text/html"]))(connection, request)

    def requested(self) -> set[str]:
        """Return the vectors that reached the secret server."""
        lines = [request.split(b"\r\n")[0].decode("latin-1").split(" ") for request in self.secret.requests]
        return {line[1].removeprefix("/") for line in lines if len(line) == 3} & set(ssrf_vectors.VECTORS)

    def unrequested_vectors(self) -> set[str]:
        """Return the vectors that can reach it and did not."""
        return (
            set(ssrf_vectors.VECTORS) - ssrf_vectors.NAMELESS - ssrf_vectors.STOPPED_BEFORE - self.requested()
        )


def wait_until(page: Any, holds: Callable[[], bool]) -> None:
    """Wait for the condition, at most 10 seconds, and then half a second for late requests."""
    for _ in range(100):
        if holds():
            break
        page.wait_for_timeout(100)
    page.wait_for_timeout(500)


@pytest.fixture
def hostile_site() -> Iterator[HostileSite]:
    with ExitStack() as stack:
        yield HostileSite(stack)


@pytest.fixture
def chrome(chrome: Browser, hostile_site: HostileSite) -> Browser:
    """A browser that may reach the site, and nothing else on this machine."""
    chrome.begin_run(AddressPolicy.from_setting(f"127.0.0.1/32:{hostile_site.site.port}"))
    return chrome


@pytest.mark.needs_chromium
def test_no_vector_reaches_a_refused_address(hostile_site: HostileSite, chrome: Browser):
    with chrome.page(hostile_site.site.url) as page:
        wait_until(page, lambda: len(chrome.visit.proxy.refused_requests) > 40)
        title = page.title()

    assert (hostile_site.secret.connections, hostile_site.udp.received(), title) == (0, 0, "hostile")
    assert len(chrome.visit.proxy.refused_requests) > 40
    assert {request.address for request in chrome.visit.proxied_requests} == {"127.0.0.1", ""}


@pytest.mark.needs_chromium
def test_every_vector_reaches_an_allowed_address(hostile_site: HostileSite, chrome: Browser):
    chrome.begin_run(AddressPolicy.from_setting("127.0.0.0/8"))

    with chrome.page(hostile_site.site.url) as page:
        wait_until(page, lambda: hostile_site.unrequested_vectors() == set())

    assert hostile_site.unrequested_vectors() == set()


@pytest.mark.needs_chromium
def test_address_that_an_earlier_run_allowed_is_refused(hostile_site: HostileSite, chrome: Browser):
    refusing = chrome.policy
    chrome.begin_run(AddressPolicy.from_setting("127.0.0.0/8"))
    with chrome.page(hostile_site.secret.url):
        allowed = hostile_site.secret.connections
    chrome.begin_run(refusing)
    hostile_site.page = f"<img src='{hostile_site.secret.url}/'>"

    with chrome.page(hostile_site.site.url) as page:
        wait_until(page, lambda: chrome.visit.proxy.refused_requests != [])

    assert (allowed > 0, hostile_site.secret.connections - allowed) == (True, 0)


@pytest.mark.needs_chromium
@pytest.mark.parametrize(
    "body",
    [
        "<meta http-equiv=refresh content='0; url={secret}/'>",
        "<script>location = '{secret}/'</script>",
        "<form id=f method=post action='{secret}/'></form><script>f.submit()</script>",
        "<script>location = '{site}/to/'</script>",
    ],
)
def test_navigation_to_a_refused_address_is_blocked(hostile_site: HostileSite, chrome: Browser, body: str):
    hostile_site.page = body.format(secret=hostile_site.secret.url, site=hostile_site.site.url)

    with chrome.page(hostile_site.site.url) as opened:
        opened.wait_for_timeout(200)

    assert hostile_site.secret.connections == 0
    assert [request.reason for request in chrome.visit.proxy.refused_requests][:1] == ["refused_address"]


@pytest.mark.needs_chromium
def test_redirect_to_a_refused_address_has_its_reason(hostile_site: HostileSite, chrome: Browser):
    with pytest.raises(BrowserError) as error, chrome.page(f"{hostile_site.site.url}/to/there"):
        pass

    assert (error.value.reason, hostile_site.secret.connections) == ("refused_address", 0)


@pytest.mark.needs_chromium
def test_page_cannot_open_other_schemes(hostile_site: HostileSite, chrome: Browser):
    locations = [
        "file:///etc/passwd",
        f"view-source:{hostile_site.secret.url}/",
        "chrome://version",
        "data:text/html,x",
    ]
    moves = "".join(f"try {{ location = '{location}' }} catch (e) {{ }};" for location in locations)
    hostile_site.page = (
        f"<!doctype html><title>mine</title><iframe src='{locations[0]}'></iframe><script>{moves}</script>"
    )

    with chrome.page(hostile_site.site.url) as page:
        page.wait_for_timeout(100)
        seen = (page.title(), page.url.startswith(hostile_site.site.url), hostile_site.secret.connections)

    assert seen == ("mine", True, 0)


@pytest.mark.needs_chromium
def test_connections_are_not_reused(hostile_site: HostileSite, chrome: Browser):
    hostile_site.page = "<img src='/a'><img src='/b'><img src='/c'>"

    with chrome.page(hostile_site.site.url):
        pass

    assert (
        hostile_site.site.connections == len(hostile_site.site.requests) == len(chrome.visit.proxied_requests)
    )


def test_proxy_accepts_only_connect_and_absolute_urls(hostile_site: HostileSite):
    with ForwardProxy(policy=AddressPolicy.from_setting("127.0.0.0/8")) as proxy:
        answers = [response_to(proxy.port, words) for words in ODD]

    assert (answers, hostile_site.secret.connections) == ([b""] * len(ODD), 0)


ODD = [
    b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    b"GET ftp://127.0.0.1/ HTTP/1.1\r\n\r\n",
    b"GET https://127.0.0.1/ HTTP/1.1\r\n\r\n",
    b"GET http://user@127.0.0.1/ HTTP/1.1\r\n\r\n",
    b"POST http://127.0.0.1/ HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"CONNECT unix:/tmp/x HTTP/1.1\r\n\r\n",
    b"CONNECT 127.0.0.1:0 HTTP/1.1\r\n\r\n",
    b"CONNECT 127.0.0.1 HTTP/1.0\r\n\r\n",
    b"\x05\x01\x00\r\n\r\n",
]


def response_to(port: int, words: bytes) -> bytes:
    """Return the proxy's response to these bytes."""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as sock:
        sock.sendall(words)
        return sock.recv(100)
