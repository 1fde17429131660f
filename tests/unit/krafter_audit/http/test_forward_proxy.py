"""The forward proxy of the browser, byte by byte: one request per connection, to a checked address."""

import itertools
import socket
import time
from collections.abc import Callable
from typing import Any

import pytest

from krafter_audit.http.client import AddressPolicy
from krafter_audit.http.dialing import Deadline
from krafter_audit.http.forward_proxy.protocol import MalformedMessage, ParsedRequest, read_head
from krafter_audit.http.forward_proxy.proxy import ForwardProxy
from krafter_audit.http.forward_proxy.traffic import ProxyLimits
from tests.fakes.raw_servers import Dns, Server, answer, sends, sends_repeatedly

LOOPBACK = AddressPolicy.from_setting("127.0.0.0/8")


def send(proxy: ForwardProxy, text: str) -> bytes:
    """Send text to the proxy and return what it sends until it closes the connection."""
    with socket.socket() as sock:
        sock.settimeout(5)
        sock.connect(("127.0.0.1", proxy.port))
        sock.sendall(text.encode())
        return b"".join(iter(lambda: sock.recv(65536), b""))


def get(url: str, headers: str = "") -> str:
    return f"GET {url} HTTP/1.1\r\nHost: x\r\nProxy-Connection: keep-alive\r\n{headers}\r\n"


@pytest.mark.parametrize(
    "answers", [["10.0.0.1"], ["127.0.0.1", "10.0.0.1"], ["::ffff:169.254.169.254"], ["64:ff9b::a00:1"]]
)
def test_connection_to_a_private_address_is_closed_and_recorded(dns: Dns, answers: list[str]):
    dns.set("inside.test", answers)

    with ForwardProxy(policy=LOOPBACK) as proxy:
        received = [
            send(proxy, get("http://inside.test/x?secret=1")),
            send(proxy, "CONNECT inside.test:443 HTTP/1.1\r\n\r\n"),
        ]

    assert received == [b"", b""]
    assert [request.url for request in proxy.refused_requests] == [
        "http://inside.test/x",
        "https://inside.test:443/",
    ]


def test_host_is_resolved_once(dns: Dns, serve: Callable[..., Server]):
    server = serve()
    dns.set("site.test", ["127.0.0.1"], ["10.0.0.1"])

    with ForwardProxy(policy=LOOPBACK) as proxy:
        for _ in range(2):
            assert send(proxy, get(f"http://site.test:{server.port}/")).endswith(b"hello")

    assert (dns.queried, server.connections) == (["site.test"], 2)


def test_second_request_on_a_connection_is_not_forwarded(dns: Dns, serve: Callable[..., Server]):
    first, second = serve(), serve()
    body = "POST {} HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab".format(f"{first.url}/a")

    with ForwardProxy(policy=LOOPBACK) as proxy:
        received = send(proxy, body + get(f"{second.url}/b"))

    assert received.count(b"HTTP/1.1 200") == 1
    assert b"\r\nConnection: close\r\n" in received
    assert (len(first.requests), second.connections) == (1, 0)
    assert first.requests[0].startswith(b"POST /a HTTP/1.1\r\n")
    assert first.requests[0].endswith(b"ab")


def test_body_of_a_length_of_too_many_digits_is_malformed() -> None:
    head = b"POST http://site.test/ HTTP/1.1\r\nContent-Length: " + b"9" * 5000

    with pytest.raises(MalformedMessage):
        ParsedRequest.parse(head)


def test_proxy_headers_are_not_forwarded(dns: Dns, serve: Callable[..., Server]):
    server = serve(sends(answer(headers=["Connection: keep-alive", "Keep-Alive: timeout=9"])))

    with ForwardProxy(policy=LOOPBACK) as proxy:
        received = send(
            proxy,
            get(f"{server.url}/?q=1", "Upgrade: h2c\r\nConnection: Upgrade\r\nProxy-Authorization: x\r\n"),
        )

    assert server.requests == [b"GET /?q=1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"]
    assert (b"keep-alive" in received.lower(), received.endswith(b"hello")) == (False, True)


def test_informational_responses_are_not_forwarded(dns: Dns, serve: Callable[..., Server]):
    server = serve(sends(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + answer()))

    with ForwardProxy(policy=LOOPBACK) as proxy:
        received = send(proxy, get(f"{server.url}/"))

    assert (received.startswith(b"HTTP/1.1 200"), received.endswith(b"hello")) == (True, True)


def test_informational_responses_without_end_exceed_the_budget(dns: Dns, serve: Callable[..., Server]):
    server = serve(sends_repeatedly(b"HTTP/1.1 103 Early Hints\r\n\r\n" * 3000))

    with ForwardProxy(policy=LOOPBACK, limits=ProxyLimits(total=4, bytes=1024 * 1024)) as proxy:
        received = send(proxy, get(f"{server.url}/"))

    assert (received, proxy.budget.exceeded) == (b"", "over 1 MB")


class OneByteAtATime:
    """The part of a socket that is read, with a peer that sends single bytes."""

    def __init__(self, sent: bytes) -> None:
        self._left = iter(sent)

    def settimeout(self, seconds: float) -> None:
        pass

    def recv(self, size: int) -> bytes:
        return bytes(itertools.islice(self._left, 1))


def test_head_in_pieces_of_one_byte_takes_linear_time() -> None:
    head, started = b"HTTP/1.1 200 OK\r\n" + b"A:b\r\n" * 20_000 + b"A: b", time.process_time()
    sock: Any = OneByteAtATime(head + b"\r\n\r\nbody")
    assert read_head(sock, Deadline(60, "The test")) == (head, b"")
    assert time.process_time() - started < 2.0  # over a minute when each piece is searched from the start


def test_head_whose_lines_end_with_a_line_feed_alone_is_forwarded(dns: Dns, serve: Callable[..., Server]):
    raw = b"HTTP/1.1 200 OK\nConnection: keep-alive\nServer: x\n\nhello\r\nConnection: of the body\r\n\r\n"
    server = serve(sends(raw))

    with ForwardProxy(policy=LOOPBACK) as proxy:
        received = send(proxy, get(f"{server.url}/"))

    head = b"HTTP/1.1 200 OK\r\nServer: x\r\nConnection: close\r\n\r\n"
    assert received == head + b"hello\r\nConnection: of the body\r\n\r\n"


def test_tunnel_forwards_bytes_both_ways(dns: Dns, serve: Callable[..., Server]):
    server = serve()

    with ForwardProxy(policy=LOOPBACK) as proxy:
        received = send(proxy, f"CONNECT 127.0.0.1:{server.port} HTTP/1.1\r\n\r\nGET /x HTTP/1.1\r\n\r\n")

    assert received.startswith(b"HTTP/1.1 200 Connection established\r\n\r\nHTTP/1.1 200 OK")
    assert (proxy.proxied_requests[0].address, proxy.proxied_requests[0].sent) == ("127.0.0.1", 19)


@pytest.mark.parametrize(
    ("limits", "words"),
    [(ProxyLimits(requests=1), "over 1 requests"), (ProxyLimits(bytes=1024 * 1024), "over 1 MB")],
)
def test_traffic_beyond_the_budget_is_blocked_and_recorded(
    dns: Dns, serve: Callable[..., Server], limits: ProxyLimits, words: str
):
    exceeded: list[str] = []
    server = serve(sends_repeatedly(b"x" * 65536, answer(b"")) if limits.requests > 1 else sends(answer()))

    with ForwardProxy(policy=LOOPBACK, limits=limits, on_exceeded=lambda: exceeded.append(words)) as proxy:
        for _ in range(2):
            send(proxy, get(f"{server.url}/"))
        after = send(proxy, get(f"{server.url}/"))

    assert (proxy.budget.exceeded, after, set(exceeded)) == (words, b"", {words})
    assert sum(request.received for request in proxy.proxied_requests) < limits.bytes + 65536


@pytest.mark.slow
def test_connections_end_with_the_proxy(dns: Dns, serve: Callable[..., Server]):
    server = serve(sends_repeatedly(b"x", every=0.01))

    with ForwardProxy(policy=LOOPBACK, limits=ProxyLimits(total=0.3)) as proxy:
        received = send(proxy, f"CONNECT 127.0.0.1:{server.port} HTTP/1.1\r\n\r\nhello\r\n\r\n")

    assert received.startswith(b"HTTP/1.1 200 Connection established")


def test_next_visit_has_all_limits_and_no_connection_of_the_last_one(serve: Callable[..., Server]):
    server = serve()

    with ForwardProxy(policy=LOOPBACK, limits=ProxyLimits(requests=1)) as proxy:
        port = proxy.port
        with socket.create_connection(("127.0.0.1", port), timeout=5) as idle:
            first = [send(proxy, get(f"{server.url}/{number}")) for number in range(2)]
            proxy.begin_visit()
            left = idle.recv(1)
        second = send(proxy, get(f"{server.url}/2"))

    assert [bool(received) for received in (*first, left, second)] == [True, False, False, True]
    assert [request.url for request in proxy.proxied_requests] == [f"{server.url}/2"]
    assert (proxy.port, proxy.budget.exceeded) == (port, "")
