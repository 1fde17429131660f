"""The web server against clients that send too slowly, read too slowly or send nonsense."""

import http.client
import io
import json
import logging
import os
import platform
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
import structlog

from krafter_audit import server
from krafter_audit.api.errors import doc_url
from krafter_audit.server import Server, limit_memory_arenas, make_server
from scanner.browser.process_guard import descendants
from tests.processes import survivors
from tests.waiting import eventually

UNFINISHED = b"POST /api/v1/hooks/github/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n"
APPLICATION = """
import time
def application(environ, start_response):
    if environ["PATH_INFO"] == "/crash":
        import os; os._exit(3)
    if environ["PATH_INFO"] == "/slow":
        open(environ["QUERY_STRING"], "w").close()
        time.sleep(1)
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "2")])
    return [b"ok"]
"""


class Application:
    """A WSGI application whose `/blocked` waits until it is released."""

    def __init__(self) -> None:
        self.calls = 0
        self.release = threading.Event()
        self.blocked = threading.Semaphore(0)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        path = environ["PATH_INFO"]
        self.calls += 1
        if path == "/blocked":
            self.blocked.release()
            self.release.wait(20)
        if path == "/file":
            start_response("200 OK", [("Content-Length", "4")])
            wrapped: list[bytes] = environ.get("wsgi.file_wrapper", list)(io.BytesIO(b"file"))
            return wrapped
        if path == "/parts":
            start_response("200 OK", [])
            return [b"a", b"b"]
        body = b"x" * 20_000_000 if path == "/large" else environ["wsgi.input"].read() or b"body"
        start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
        return [body]


@pytest.fixture
def application() -> Iterator[Application]:
    application = Application()
    yield application
    application.release.set()


@contextmanager
def serving(application: Callable[..., Any]) -> Iterator[Server]:
    """Serve the application in a thread."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=2048)
    listener.setblocking(False)
    web: Server = make_server(application, listener, threads=2)
    stopping = threading.Event()

    def run() -> None:
        while not stopping.is_set():
            web.poll(0.1)

    thread = threading.Thread(target=run)
    thread.start()
    yield web
    stopping.set()
    thread.join()
    web.close_all(timeout=1)


@pytest.fixture
def frequent_maintenance(monkeypatch: pytest.MonkeyPatch) -> None:
    """Check the deadlines in each poll, instead of every second."""
    monkeypatch.setitem(server.SERVER_SETTINGS, "cleanup_interval", 0)  # type: ignore[arg-type]


@pytest.fixture
def web(application: Application) -> Iterator[Server]:
    with serving(application) as web:
        yield web
        application.release.set()


@pytest.fixture
def port(web: Server) -> int:
    return port_of(web)


def port_of(web: Server) -> int:
    return int(web.socket.getsockname()[1])


def get(port: int, path: str = "/", body: bytes | None = None) -> tuple[int, bytes]:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        connection.request("POST" if body else "GET", path, body=body)
        response = connection.getresponse()
        return response.status, response.read()


def send(port: int, data: bytes) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port), timeout=30)
    connection.sendall(data)
    return connection


def read_all(connection: socket.socket) -> bytes:
    """Read until the server closes; it may reset a connection whose request it did not read to the end."""
    received = b""
    with suppress(ConnectionResetError):
        while data := connection.recv(65536):
            received += data
    return received


def test_unfinished_request_bodies_take_no_thread(port: int) -> None:
    connections = [send(port, UNFINISHED) for _ in range(50)]

    assert get(port, "/healthz/live")[0] == 200
    assert get(port, "/", b"a body") == (200, b"a body")
    for connection in connections:
        connection.close()


@pytest.mark.parametrize("hang_up", ["close", "shut down", "reset"])
@pytest.mark.parametrize(
    "framing",
    ["Content-Length: 20\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n10\r\n"],
    ids=["length", "chunks"],
)
def test_request_whose_body_breaks_off_is_never_executed(
    port: int, application: Application, framing: str, hang_up: str
) -> None:
    # What has arrived is a complete JSON document.
    connection = send(port, f"POST / HTTP/1.1\r\nHost: localhost\r\n{framing}".encode() + b'{"title": "new"}')
    if hang_up == "shut down":
        connection.shutdown(socket.SHUT_WR)
        connection.recv(1000)
    elif hang_up == "reset":
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()

    get(port)

    assert application.calls == 1


def test_idle_connections_are_not_visited(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    idle = [send(port, b"") for _ in range(50)]
    assert get(port, "/", b"a body") == (200, b"a body")
    visited: list[int] = []
    readable = server.DeadlineChannel.readable
    monkeypatch.setattr(
        server.DeadlineChannel, "readable", lambda channel: visited.append(id(channel)) or readable(channel)
    )

    responses = [get(port, "/", b"a body") for _ in range(10)]

    assert (responses, len(set(visited)) <= 10) == ([(200, b"a body")] * 10, True)
    for connection in idle:
        connection.close()


def test_liveness_answers_while_every_thread_is_busy(port: int, application: Application) -> None:
    busy = [send(port, b"GET /blocked HTTP/1.1\r\nHost: localhost\r\n\r\n") for _ in range(4)]
    assert application.blocked.acquire(timeout=5)
    assert application.blocked.acquire(timeout=5)

    assert get(port, "/healthz/live")[0] == 200
    for connection in busy:
        connection.close()


@pytest.mark.slow
def test_slow_readers_of_large_responses_take_no_thread(port: int) -> None:
    readers = [send(port, b"GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n") for _ in range(8)]

    assert [get(port)[0] for _ in range(4)] == [200] * 4
    for reader in readers:
        reader.close()


def test_connections_that_wait_are_accepted_together(application: Application) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:
        listener.setblocking(False)
        web = make_server(application, listener, threads=1)
        connections = [send(listener.getsockname()[1], b"") for _ in range(20)]

        web.poll(5)

        assert len(web.active_channels) == len(connections)
        web.close_all(timeout=1)
        for connection in connections:
            connection.close()


@pytest.mark.skipif(sys.platform != "linux", reason="TCP_INFO of a listening socket is Linux's.")
def test_thousands_of_connections_may_wait_to_be_accepted(application: Application) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        web = make_server(application, listener, threads=1)
        info = listener.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 32)
        web.close_all(timeout=1)

    kernel_limit = int(Path("/proc/sys/net/core/somaxconn").read_text())
    assert struct.unpack_from("I", info, 28)[0] == min(server.BACKLOG, kernel_limit)  # tcpi_sacked


@pytest.mark.slow
@pytest.mark.usefixtures("frequent_maintenance")
@pytest.mark.parametrize("rate", [0, 2_000], ids=["not at all", "too slowly"])
def test_response_that_is_read_too_slowly_ends(
    web: Server, application: Application, monkeypatch: pytest.MonkeyPatch, rate: int
) -> None:
    monkeypatch.setattr(server, "READ_SECONDS", 0.2)
    monkeypatch.setattr(server, "MIN_READ_BYTES_PER_SECOND", 10_000_000)
    received = b""

    with closing(
        send(port_of(web), b"GET /large HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    ) as connection:

        def has_ended() -> bool:
            nonlocal received
            received += connection.recv(rate) if rate else b""
            return application.calls == 1 and not web.active_channels

        assert eventually(has_ended)
        received += read_all(connection)

    assert len(received) < 20_000_000


@pytest.mark.slow
@pytest.mark.usefixtures("frequent_maintenance")
@pytest.mark.parametrize("unfinished", [UNFINISHED, b"GET / HTTP/1.1\r\nHost: local"], ids=["body", "header"])
def test_request_that_arrives_too_slowly_is_answered_with_408(
    port: int, monkeypatch: pytest.MonkeyPatch, unfinished: bytes
) -> None:
    monkeypatch.setattr(server, "HEADER_SECONDS", 0.1)
    monkeypatch.setattr(server, "BODY_SECONDS", 0.1)

    with closing(send(port, unfinished)) as connection:
        head, _, body = read_all(connection).partition(b"\r\n\r\n")

    assert head.startswith(b"HTTP/1.1 408 Request Timeout")
    assert request_id_in(head) == json.loads(body)["meta"]["request_id"]
    assert json.loads(body)["error"] == {
        "code": "request_timeout",
        "message": "The request did not arrive in time.",
        "doc_url": doc_url("request_timeout"),
    }


@pytest.mark.usefixtures("frequent_maintenance")
def test_overdue_connections_are_refused_a_few_in_each_poll(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "BODY_SECONDS", 0.1)
    monkeypatch.setattr(server, "MAX_CHECKED_CONNECTIONS", 2)
    refused = [0]
    poll, refuse = Server.poll, server.DeadlineChannel.refuse_overdue

    def begin(web: Server, timeout: float) -> None:
        refused.append(0)
        poll(web, timeout)

    def count(channel: server.DeadlineChannel) -> None:
        refused[-1] += 1
        refuse(channel)

    monkeypatch.setattr(Server, "poll", begin)
    monkeypatch.setattr(server.DeadlineChannel, "refuse_overdue", count)

    connections = [send(port, UNFINISHED) for _ in range(9)]
    responses = [read_all(connection)[:12] for connection in connections]

    assert responses == [b"HTTP/1.1 408"] * 9
    assert max(refused) == 2
    for connection in connections:
        connection.close()


@pytest.mark.parametrize(
    "head",
    [b"GET / HTTP/1.1\r\n", b"POST / HTTP/1.1\r\nContent-Length: 0\r\n"],
    ids=["no body", "empty body"],
)
def test_request_that_expects_to_continue_without_a_body_is_complete(
    port: int, monkeypatch: pytest.MonkeyPatch, head: bytes
) -> None:
    monkeypatch.setattr(server, "BODY_SECONDS", 0.1)

    with closing(
        send(port, head + b"Host: a\r\nConnection: close\r\nExpect: 100-continue\r\n\r\n")
    ) as connection:
        response = read_all(connection)

    assert response.startswith(b"HTTP/1.1 200 OK")


@pytest.mark.slow
@pytest.mark.usefixtures("frequent_maintenance")
def test_request_behind_a_slow_one_is_not_overdue(
    port: int, application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "HEADER_SECONDS", 0.5)
    first = b"GET /blocked HTTP/1.1\r\nHost: localhost\r\n\r\n"

    with closing(send(port, first + b"GET / HTTP/1.1\r\nHost: local")) as connection:
        assert application.blocked.acquire(timeout=5)
        time.sleep(1)
        application.release.set()
        connection.sendall(b"host\r\nConnection: close\r\n\r\n")
        response = read_all(connection)

    assert response.count(b"HTTP/1.1 200 OK") == 2


@pytest.mark.slow
@pytest.mark.usefixtures("frequent_maintenance")
def test_body_at_the_minimum_rate_is_accepted(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "BODY_SECONDS", 0.5)
    head = b"POST / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 65536\r\n\r\n"

    with closing(send(port, head)) as connection:
        for _ in range(8):
            connection.sendall(b"x" * 8192)
            time.sleep(0.15)
        response = read_all(connection)

    assert response.startswith(b"HTTP/1.1 200 OK")
    assert response.endswith(b"x" * 65536)


SMUGGLED = (
    b"POST / HTTP/%s\r\nHost: a\r\nConnection: keep-alive\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"0\r\n\r\nGET /second HTTP/1.1\r\nHost: a\r\n\r\n"
)


@pytest.mark.parametrize(
    ("request_bytes", "status", "code"),
    [
        (b"NONSENSE\r\n\r\n", b"400", "bad_request"),
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n", b"400", "bad_request"),
        (SMUGGLED % b"1.1", b"400", "bad_request"),
        (SMUGGLED.replace(b"Content-Length: 4\r\n", b"") % b"1.0", b"400", "bad_request"),
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n", b"413", "payload_too_large"),
        (
            b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %s\r\n\r\n" % (b"9" * 19),
            b"413",
            "payload_too_large",
        ),
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %s\r\n\r\n" % (b"9" * 4301), b"400", "bad_request"),
        (b"GET http://[a/ HTTP/1.1\r\nHost: a\r\n\r\n", b"400", "bad_request"),
        (b"GET / HTTP/1.1\r\nHost: a\r\nX-Long: " + b"x" * 262_144 + b"\r\n\r\n", b"431", "header_too_large"),
    ],
    ids=[
        "no request line",
        "bad content-length",
        "two lengths",
        "chunks of HTTP/1.0",
        "too large a body",
        "length of 19 digits",
        "length of 4,301 digits",
        "address that is none",
        "too large a header",
    ],
)
def test_request_that_the_server_refuses_is_answered_in_the_envelope(
    port: int, request_bytes: bytes, status: bytes, code: str
) -> None:
    with closing(send(port, request_bytes)) as connection:
        head, _, body = read_all(connection).partition(b"\r\n\r\n")

    answer = json.loads(body)
    assert head.split()[1] == status
    assert (answer["data"], answer["error"]["code"]) == (None, code)
    assert len(answer["meta"]["request_id"]) == 20
    assert request_id_in(head) == answer["meta"]["request_id"]


def request_id_in(head: bytes) -> str:
    """Return the `x-request-id` of a response; empty if it has none."""
    lines = (line.partition(b": ") for line in head.split(b"\r\n"))
    return b"".join(value for name, _, value in lines if name.lower() == b"x-request-id").decode()


@pytest.mark.parametrize(
    ("request_bytes", "message"),
    [
        (
            b"POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
            "The request was refused: Content-Length is invalid.",
        ),
        (
            b"POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n",
            "The request was refused: Transfer-Encoding requested is not supported.",
        ),
        # Without what was sent.
        (b"Get / HTTP/1.1\r\n\r\n", "The request was refused: Malformed HTTP method."),
    ],
)
def test_refusal_of_the_server_says_why(port: int, request_bytes: bytes, message: str) -> None:
    with closing(send(port, request_bytes)) as connection:
        body = read_all(connection).partition(b"\r\n\r\n")[2]

    assert json.loads(body)["error"]["message"] == message


def test_refusal_of_the_server_is_logged_with_its_request_id(
    port: int, caplog: pytest.LogCaptureFixture
) -> None:
    logged = []

    def read(record: logging.LogRecord) -> bool:
        request_id = structlog.contextvars.get_contextvars().get("request_id")
        logged.append((request_id, record.getMessage()))
        return True

    caplog.set_level(logging.INFO, logger=server.__name__)
    caplog.handler.addFilter(read)

    with closing(send(port, b"NONSENSE\r\n\r\n")) as connection:
        body = read_all(connection).partition(b"\r\n\r\n")[2]

    assert logged == [(json.loads(body)["meta"]["request_id"], "refused a request: 400 bad_request")]


@pytest.mark.parametrize(
    "head",
    [
        b"POST /?q=transfer-encoding: HTTP/1.1\r\n",
        b"POST / HTTP/1.1\r\nX-Note: Transfer-Encoding: chunked\r\n",
    ],
    ids=["in the URL", "in a value"],
)
def test_transfer_encoding_in_the_url_or_in_a_value_is_ignored(port: int, head: bytes) -> None:
    request = head + b"Host: a\r\nConnection: close\r\nContent-Length: 4\r\n\r\nbody"

    with closing(send(port, request)) as connection:
        response = read_all(connection)

    assert response.startswith(b"HTTP/1.1 200 OK")
    assert response.endswith(b"body")


@pytest.mark.parametrize("path", ["/", "/file", "/parts"], ids=["length", "file", "chunks"])
def test_response_to_head_has_the_headers_and_no_body(port: int, path: str) -> None:
    responses = [
        send(port, b"%s %s HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n" % (method, path.encode()))
        for method in (b"GET", b"HEAD")
    ]
    of_get, of_head = (read_all(connection).partition(b"\r\n\r\n") for connection in responses)

    assert of_head == (of_get[0], b"\r\n\r\n", b"")
    assert of_get[2]


def test_answers_name_no_server(port: int) -> None:
    with closing(send(port, b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")) as connection:
        answer = read_all(connection)

    assert (answer[:9], b"server:" in answer.lower()) == (b"HTTP/1.1 ", False)


@pytest.fixture
def supervised(tmp_path: Any) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """A server of two processes."""
    (tmp_path / "served_application.py").write_text(APPLICATION)
    with socket.create_server(("127.0.0.1", 0), backlog=100) as listener:
        listener.set_inheritable(True)
        environment = {**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{os.getcwd()}"}
        command = [sys.executable, "-m", "krafter_audit.server", "served_application:application"]
        process = subprocess.Popen(
            [*command, "--workers", "2", "--fd", str(listener.fileno())],
            pass_fds=[listener.fileno()],
            env=environment,
        )
        yield process, int(listener.getsockname()[1])
        process.kill()
        process.wait()


@pytest.mark.slow
def test_worker_process_that_exits_is_replaced(supervised: tuple[subprocess.Popen[bytes], int]) -> None:
    _, port = supervised
    for _ in range(2):
        with pytest.raises((http.client.HTTPException, OSError)):
            get(port, "/crash")

    assert get(port)[0] == 200


@pytest.mark.slow
def test_sigterm_lets_running_requests_finish(
    supervised: tuple[subprocess.Popen[bytes], int], tmp_path: Path
) -> None:
    process, port = supervised
    assert get(port)[0] == 200

    started = tmp_path / "started"
    request = f"GET /slow?{started} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"

    with closing(send(port, request.encode())) as connection:
        assert eventually(started.exists, seconds=20)
        process.send_signal(signal.SIGTERM)
        response = read_all(connection)

    assert response.startswith(b"HTTP/1.1 200 OK")
    assert process.wait(15) == 0


@pytest.mark.slow
def test_workers_end_when_their_supervisor_is_killed(
    supervised: tuple[subprocess.Popen[bytes], int],
) -> None:
    process, port = supervised
    assert get(port)[0] == 200
    workers = descendants(process.pid)

    process.kill()

    assert len(workers) == 2
    assert eventually(lambda: not survivors(workers), seconds=20)


@pytest.mark.parametrize(
    ("public_url", "scheme"), [("https://audit.example.com", b"https"), ("http://127.0.0.1:8000", b"http")]
)
def test_scheme_of_a_request_is_that_of_the_public_url(
    public_url: str, scheme: bytes, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("KRAFTER_PUBLIC_URL", public_url)

    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        body = environ["wsgi.url_scheme"].encode()
        start_response("200 OK", [("Content-Length", str(len(body)))])
        return [body]

    with serving(application) as web:
        assert get(port_of(web)) == (200, scheme)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library has no arenas to limit")
def test_threads_share_the_arenas_of_glibc() -> None:
    assert limit_memory_arenas()
