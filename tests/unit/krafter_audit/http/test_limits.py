"""Limits on time and size hold whatever the server does."""

import gzip
import socket
import threading
import time
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from krafter_audit.http import dialing
from krafter_audit.http.client import AddressPolicy, Client, Limits, TimedOut, Unreachable, dial, validate_url
from krafter_audit.http.responses import decode_body
from tests.fakes.raw_servers import Dns, Server, answer, redirects, sends, sends_repeatedly
from tests.unit.krafter_audit.http.conftest import open_client

type Serve = Callable[..., Server]

SHORT = Limits(connect=0.2, read=0.2, total=0.3, body=100_000)
OK = b"HTTP/1.1 200 OK\r\n"
PUBLIC = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34", 0))]


@contextmanager
def within(seconds: float = 3) -> Iterator[None]:
    start = time.monotonic()
    yield
    assert time.monotonic() - start < seconds


def send_nothing(connection: object, _request: bytes) -> None:
    threading.Event().wait(6)


# Time


def test_server_without_a_response_times_out(serve: Serve, client: Client) -> None:
    with within(), pytest.raises(TimedOut) as error:
        client.get(f"{serve(send_nothing).url}/?token=hunter2", limits=SHORT)
    assert (error.value.reason, str(error.value)) == ("timeout", "127.0.0.1 sent no data in time.")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("piece", "opening"),
    [
        (b"X", OK),
        (b"X: 1\r\n", OK),
        (b"H", b""),
        (b"HTTP/1.1 100 Continue\r\n\r\n", b""),
        (b"x", OK + b"Content-Length: 1000000\r\n\r\n"),
        (b"1\r\nx\r\n", OK + b"Transfer-Encoding: chunked\r\n\r\n"),
        (b"0", OK + b"Transfer-Encoding: chunked\r\n\r\n"),
        (b"x", OK + b"\r\n"),
    ],
    ids=["header name", "headers", "status line", "continue", "body", "chunks", "chunk size", "until closed"],
)
def test_slow_response_ends_at_the_total_timeout(
    piece: bytes, opening: bytes, serve: Serve, client: Client
) -> None:
    server = serve(sends_repeatedly(piece, opening, every=0.05))
    with within(), pytest.raises(TimedOut):
        client.get(server.url, limits=SHORT)


@pytest.mark.slow
def test_total_timeout_includes_redirects(serve: Serve, client: Client) -> None:
    def slow(connection: object, request: bytes) -> None:
        threading.Event().wait(0.1)
        redirects(request.split(b" ")[1].decode() + "x")(connection, request)  # type: ignore[arg-type]

    server = serve(slow)
    with within(), pytest.raises(TimedOut) as error:
        client.get(server.url, limits=Limits(total=0.5), follow_redirects=True)
    assert 1 <= len(error.value.history) <= 5


def test_hanging_tls_handshake_times_out(serve: Serve, client: Client) -> None:
    server = serve(send_nothing)
    with within(), pytest.raises(TimedOut, match="TLS handshake"):
        client.get(server.url.replace("http:", "https:"), limits=SHORT)


def test_total_timeout_includes_the_tls_handshake(serve: Serve, client: Client) -> None:
    server = serve(sends_repeatedly(b"\x16\x03\x03\x40\x00", every=0.05))
    with within(), pytest.raises(TimedOut):
        client.get(server.url.replace("http:", "https:"), limits=Limits(connect=5, read=5, total=0.2))


@pytest.mark.slow
def test_server_that_reads_nothing_times_out(serve: Serve, client: Client) -> None:
    server = serve(send_nothing)
    content = b"x" * 30_000_000
    with within(), pytest.raises(TimedOut):
        client.post(server.url, content=content, limits=SHORT, headers={"content-length": "30000000"})


@pytest.fixture
def stuck_dns(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    released = threading.Event()

    def wait(*_: object, **__: object) -> list:
        released.wait(5)
        return []

    monkeypatch.setattr("socket.getaddrinfo", wait)
    monkeypatch.setattr(dialing, "_LOOKUPS", threading.BoundedSemaphore(2))
    monkeypatch.setattr(dialing, "_DNS_TIMEOUT_SECONDS", 0.15)
    yield
    released.set()


@pytest.mark.slow
@pytest.mark.usefixtures("stuck_dns")
def test_hanging_dns_lookup_times_out() -> None:
    slow = r"^The DNS lookup of site\.example took too long\.$"
    with open_client() as client, within(), pytest.raises(TimedOut, match=slow):
        client.get("http://site.example/?token=hunter2", limits=SHORT)
    with within(), pytest.raises(TimedOut):
        validate_url("http://site.example/", policy=AddressPolicy(), resolve=True)
    with within(), pytest.raises(TimedOut):  # all look-up threads are in use
        dial("site.example", 443, policy=AddressPolicy(), timeout=0.15)


@pytest.mark.slow
def test_lookups_of_a_page_whose_name_servers_hang_leave_others_their_turn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    released = threading.Event()
    monkeypatch.setattr(
        "socket.getaddrinfo",
        lambda host, *_, **__: [] if released.wait(30 if host.startswith("slow") else 0) else PUBLIC,
    )
    try:
        for number in range(120):
            with pytest.raises(TimedOut):
                dialing.resolve(f"slow{number}.example", dialing.Deadline(0.002, "The lookup"))
        found = dialing.resolve("site.example", dialing.Deadline(1, "The lookup"))
    finally:
        released.set()
    assert found == ["93.184.216.34"]


def test_address_that_drops_packets_times_out(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("socket.socket.connect", _drop)
    with (
        within(),
        pytest.raises(TimedOut, match=r"^127\.0\.0\.1 did not accept a connection on port 80 in time\.$"),
    ):
        client.get("http://127.0.0.1/", limits=SHORT)


def _drop(sock: object, _address: object) -> None:
    threading.Event().wait(sock.gettimeout())  # type: ignore[attr-defined]
    raise TimeoutError


# Size


def test_body_is_truncated_at_the_limit(serve: Serve, client: Client) -> None:
    sent = []

    def endless(connection: object, _request: bytes) -> None:
        connection.sendall(OK + b"Content-Length: 100000000\r\n\r\n")  # type: ignore[attr-defined]
        for _ in range(100):
            connection.sendall(b"x" * 1_000_000)  # type: ignore[attr-defined]
            sent.append(1)

    response = client.get(serve(endless).url, limits=Limits(body=300_000))
    assert (len(response.body), response.encoded_size, response.truncated) == (300_000, 300_000, True)
    assert len(sent) < 50


def test_body_of_exactly_the_limit_is_complete(serve: Serve, client: Client) -> None:
    response = client.get(serve(sends(answer(b"x" * 1000))).url, limits=Limits(body=1000))
    assert (len(response.body), response.truncated) == (1000, False)


def test_endless_stream_is_truncated_at_the_limit(serve: Serve, client: Client) -> None:
    server = serve(
        sends_repeatedly(b"1000\r\n" + b"x" * 4096 + b"\r\n", OK + b"Transfer-Encoding: chunked\r\n\r\n")
    )
    response = client.get(server.url, limits=Limits(body=100_000))
    assert (len(response.body), response.truncated) == (100_000, True)


def test_chunk_extensions_are_truncated(serve: Serve, client: Client) -> None:
    chunk = b"1;" + b"e" * 10_000 + b"\r\nx\r\n"
    server = serve(sends_repeatedly(chunk, OK + b"Transfer-Encoding: chunked\r\n\r\n"))
    response = client.get(server.url, limits=Limits(body=100_000))
    assert response.truncated
    assert len(response.body) < 1000


@pytest.mark.parametrize(
    ("piece", "opening"),
    [
        (b"X" * 10_000, OK + b"X: "),
        (b"X: " + b"x" * 1000 + b"\r\n", OK),
        (b"HTTP/1.1 100 Continue\r\nX: " + b"x" * 5000 + b"\r\n\r\n", b""),
        (b"x" * 1000, b""),
    ],
    ids=["one header", "many headers", "many responses", "status line"],
)
def test_endless_headers_are_unreachable(piece: bytes, opening: bytes, serve: Serve, client: Client) -> None:
    with pytest.raises(Unreachable):
        client.get(serve(sends_repeatedly(piece, opening)).url, limits=Limits(body=100_000))


@pytest.mark.parametrize(
    "raw",
    [
        answer(b"short", length=100),
        OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nshort\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nshort\r\nzz\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\n9\r\nshort",
    ],
    ids=["longer Content-Length", "no last chunk", "bad chunk", "partial chunk"],
)
def test_interrupted_body_is_marked(raw: bytes, serve: Serve, client: Client) -> None:
    response = client.get(serve(sends(raw)).url)
    assert (response.status, response.body, response.truncated) == (200, b"short", True)


def test_bytes_beyond_content_length_are_not_read(serve: Serve, client: Client) -> None:
    response = client.get(serve(sends(answer(b"short and more", length=5))).url)
    assert (response.body, response.truncated) == (b"short", False)


# Encodings


def encoded(body: bytes, encoding: str, **options: int | None) -> bytes:
    return answer(body, headers=[f"Content-Encoding: {encoding}"], **options)


def raw_deflate(body: bytes) -> bytes:
    return zlib.compress(body, wbits=-15)


@pytest.mark.parametrize(
    ("raw", "encoding"),
    [
        (gzip.compress(b"hello"), "gzip"),
        (gzip.compress(b"hello"), "GZIP"),
        (gzip.compress(b"hello"), "x-gzip"),
        (gzip.compress(b"hel") + gzip.compress(b"lo"), "gzip"),
        (gzip.compress(b"hello") + b"\0\0\0", "gzip"),
        (zlib.compress(b"hello"), "deflate"),
        (raw_deflate(b"hello"), "deflate"),
        (gzip.compress(zlib.compress(b"hello")), "deflate, gzip"),
        (b"hello", "identity"),
        (b"hello", ""),
    ],
    ids=[
        "gzip",
        "GZIP",
        "x-gzip",
        "members",
        "padded",
        "zlib",
        "bare deflate",
        "layers",
        "identity",
        "empty",
    ],
)
def test_encoded_body_is_decoded(raw: bytes, encoding: str, serve: Serve, client: Client) -> None:
    response = client.get(serve(sends(encoded(raw, encoding))).url)
    assert (response.body, response.truncated, response.encoded_size) == (b"hello", False, len(raw))


def test_decoding_can_be_disabled(serve: Serve, client: Client) -> None:
    raw = gzip.compress(b"hello")
    server = serve(sends(encoded(raw, "gzip")))
    response = client.get(server.url, decode=False, headers={"Accept-Encoding": "br, gzip, zstd"})
    assert (response.body, response.truncated) == (raw, False)
    assert server.requests[0].lower().count(b"accept-encoding:") == 1
    assert b"br, gzip, zstd" in server.requests[0]


def test_body_in_more_encodings_than_are_undone_is_not_complete(serve: Serve, client: Client) -> None:
    server = serve(sends(answer(b"x", headers=["Content-Encoding: gzip, gzip, gzip, gzip"])))

    assert client.get(server.url).truncated


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, br", "gzip, gzip, gzip, gzip"])
def test_unsupported_encoding_is_not_decoded(encoding: str, serve: Serve, client: Client) -> None:
    assert client.get(serve(sends(encoded(b"\x1f\x8bx", encoding))).url).body == b"\x1f\x8bx"


@pytest.mark.parametrize(
    ("bomb", "encoding"),
    [
        (gzip.compress(bytes(5_000_000)), "gzip"),
        (zlib.compress(bytes(5_000_000)), "deflate"),
        (gzip.compress(gzip.compress(bytes(5_000_000))), "gzip, gzip"),
        (gzip.compress(bytes(99_000)) * 200, "gzip"),
    ],
    ids=["gzip", "deflate", "twice", "members"],
)
def test_compression_bomb_is_truncated_at_the_limit(
    bomb: bytes, encoding: str, serve: Serve, client: Client
) -> None:
    response = client.get(serve(sends(encoded(bomb, encoding))).url, limits=Limits(body=100_000))
    assert (len(response.body), response.truncated) == (100_000, True)


@pytest.mark.slow
def test_compression_bomb_is_not_decompressed_beyond_the_limit() -> None:
    bomb = gzip.compress(bytes(50_000_000))
    tracemalloc.start()
    try:
        body, complete = decode_body(bomb, "gzip", limit=100_000)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (len(body), complete) == (100_000, False)
    assert peak < 2_000_000


def test_decoded_body_of_exactly_the_limit_is_complete(serve: Serve, client: Client) -> None:
    server = serve(sends(encoded(gzip.compress(bytes(1000)), "gzip")))
    response = client.get(server.url, limits=Limits(body=1000))
    assert (response.body, response.truncated) == (bytes(1000), False)


@pytest.mark.parametrize(
    "raw",
    [gzip.compress(b"hello" * 100)[:-12], b"not gzip at all", gzip.compress(b"hello")[:-8] + b"12345678"],
    ids=["partial", "no gzip", "wrong checksum"],
)
def test_undecodable_body_is_marked(raw: bytes, serve: Serve, client: Client) -> None:
    assert client.get(serve(sends(encoded(raw, "gzip"))).url).truncated


def test_empty_body_with_any_encoding_is_complete(serve: Serve, client: Client, dns: Dns) -> None:
    server = serve(sends(encoded(b"", "gzip")))
    for response in (client.get(server.url), client.request("HEAD", server.url)):
        assert (response.body, response.truncated) == (b"", False)


@pytest.mark.slow
def test_body_of_very_many_gzip_members_is_truncated() -> None:
    empty = gzip.compress(b"", 1)
    few, many = empty * 10 + gzip.compress(b"a"), empty * 100_000 + gzip.compress(b"a")

    began = time.thread_time()
    assert decode_body(many, "gzip", limit=2_000_000) == (b"", False)
    assert time.thread_time() - began < 1  # in CPU time: the machine may be busy
    assert decode_body(few, "gzip", limit=2_000_000) == (b"a", True)
