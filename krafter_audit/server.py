"""The web server: waitress with deadlines for slow clients.

`python -m krafter_audit.server` serves for `./krafter up`, the image and the benchmark alike.
"""

import argparse
import ctypes
import logging
import os
import pkgutil
import re
import resource
import select
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from types import FrameType
from typing import Any

import structlog
from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.server import TcpWSGIServer
from waitress.task import ErrorTask, WSGITask
from waitress.wasyncore import close_all, readwrite

from krafter_audit import multiprocess_metrics, shutdown
from krafter_audit.api.errors import (
    ApiError,
    BadRequest,
    HeaderTooLarge,
    InternalError,
    PayloadTooLarge,
    RequestTimeout,
    doc_url,
)
from krafter_audit.api.middleware import new_request_id
from krafter_audit.http.json_encoding import dump_json
from krafter_audit.request_threads import RequestDispatcher

logger = logging.getLogger(__name__)
TRANSFER_ENCODING = re.compile(rb"^transfer-encoding:", re.IGNORECASE | re.MULTILINE)

# waitress gives a request a thread only after it is read to its end, and sends the response without the thread:
# a slow client occupies memory and no thread.
THREADS = 24
# Liveness must answer while all threads are busy, and sign-ins, whose password hash is slow on purpose, must not hold
# up the API.
RESERVED_THREADS = {"/healthz/live": 1, "/admin/login/": 2}
CONNECTION_LIMIT = 8192
MAX_ACCEPTED_CONNECTIONS = 256  # connections in one poll
# Connections whose deadlines are checked in one poll: thousands at once would hold up the requests that are ready.
MAX_CHECKED_CONNECTIONS = 100
# Connections that the kernel keeps until they are accepted. It drops more, and their clients try again after a second.
BACKLOG = 4096
# Against Slowloris: a request that arrives more slowly gets a 408, and its connection is closed.
HEADER_SECONDS = 10.0
BODY_SECONDS = 15.0  # plus the time that the body takes at MIN_BODY_BYTES_PER_SECOND
MIN_BODY_BYTES_PER_SECOND = 16 * 1024
# A response that is read more slowly is ended: it occupies memory, or a temporary file.
READ_SECONDS = 30.0  # plus the time that the response takes at MIN_READ_BYTES_PER_SECOND
MIN_READ_BYTES_PER_SECOND = 16 * 1024
IDLE_SECONDS = 60  # without a byte in either direction
SHUTDOWN_SECONDS = 10.0  # for running requests to finish
RESPAWN_SECONDS = 1.0  # until an ended process is started again
MEBIBYTE = 1024 * 1024
# Arenas of glibc's allocator for all threads. With one for each thread, pages of the admin leave 27 MB behind.
MEMORY_ARENAS = 2
M_ARENA_MAX = -8  # malloc.h
SERVER_SETTINGS: Mapping[str, Any] = {
    "backlog": BACKLOG,
    "channel_timeout": IDLE_SECONDS,
    "cleanup_interval": 1,
    "connection_limit": CONNECTION_LIMIT,
    "ident": None,  # no Server header
    "max_request_body_size": 32 * MEBIBYTE,  # the API has smaller limits
    # Beyond this size a response waits for its reader in a temporary file.
    "outbuf_overflow": 256 * 1024,
    "outbuf_high_watermark": 1024 * MEBIBYTE,
    "clear_untrusted_proxy_headers": False,  # the application reads them as KRAFTER_TRUSTED_PROXIES says
}
POLL_EVENTS = {
    selectors.EVENT_READ: select.POLLIN,
    selectors.EVENT_WRITE: select.POLLOUT,
    selectors.EVENT_READ | selectors.EVENT_WRITE: select.POLLIN | select.POLLOUT,
}
REFUSALS: dict[int, type[ApiError]] = {
    error.status: error for error in (RequestTimeout, PayloadTooLarge, HeaderTooLarge, InternalError)
}


def refuse(status: int, message: str) -> tuple[str, bytes]:
    """Log a refused request; return its id and an error body in the API's envelope."""
    request_id, code = new_request_id(), REFUSALS.get(status, BadRequest).code
    with structlog.contextvars.bound_contextvars(request_id=request_id):
        logger.info("refused a request: %s %s", status, code)
    error = {"code": code, "message": message, "doc_url": doc_url(code)}
    return request_id, dump_json({"data": None, "meta": {"request_id": request_id}, "error": error})


class EnvelopedErrorTask(ErrorTask):
    """Answer a malformed or too large request in the API's envelope."""

    def execute(self) -> None:
        error = self.request.error
        # Without the quoted part of a reason: a malformed header may contain a credential.
        reason = error.body.partition(' "')[0].rstrip(".")
        known = REFUSALS.get(error.code)
        request_id, body = refuse(
            error.code, known.message if known else f"The request was refused: {reason}."
        )
        self.status = f"{error.code} {error.reason}"
        self.response_headers = [
            ("Content-Type", "application/json"),
            ("Connection", "close"),
            ("X-Request-Id", request_id),
        ]
        self.content_length = len(body)
        self.close_on_finish = True
        self.write(body)


class BodilessHeadTask(WSGITask):
    """Send no body in response to HEAD."""

    @property
    def is_head(self) -> bool:
        return bool(self.request.command == "HEAD")

    def get_environment(self) -> dict[str, Any]:
        environ: dict[str, Any] = super().get_environment()
        if self.is_head:
            environ.pop("wsgi.file_wrapper", None)  # it writes to the connection, and not by `write`
        return environ

    def write(self, data: bytes) -> None:
        # Clients would read a body as the next response; waitress leaves this to applications.
        super().write(b"" if self.is_head else data)

    def finish(self) -> None:
        if self.is_head:
            self.write(b"")
            self.chunked_response = False  # no last chunk either
        super().finish()


class UnambiguousParser(HTTPRequestParser):
    """Refuse a request whose length proxies may read in two ways: its body could be another request to one of them."""

    def parse_header(self, header_plus: bytes) -> None:
        # waitress removes the header from what it has parsed, also a header without a value.
        is_encoded = TRANSFER_ENCODING.search(header_plus) is not None
        try:
            super().parse_header(header_plus)
        except ValueError as error:
            # A number of over 4,300 digits, or a URL such as `http://[a/`: waitress would close without a response.
            raise ParsingError("Content-Length or the address is invalid") from error
        # RFC 9112, section 6.1: with both the server may refuse the request, and HTTP/1.0 has no encodings.
        if is_encoded and ("CONTENT_LENGTH" in self.headers or self.version == "1.0"):
            raise ParsingError("Transfer-Encoding with Content-Length or HTTP/1.0")
        # waitress would wait for a body after its 100 Continue (RFC 9110, section 10.1.1: to be ignored without one).
        if self.body_rcv is None:
            self.expect_continue = False


class DeadlineChannel(HTTPChannel):
    """A connection whose requests have to arrive, and whose responses have to be read, in time."""

    parser_class = UnambiguousParser
    task_class = BodilessHeadTask
    error_task_class = EnvelopedErrorTask
    request_started = 0.0
    bytes_received = 0
    response_waits_since = 0.0
    bytes_sent = 0

    def add_channel(self, map: dict[int, Any] | None = None) -> None:
        super().add_channel(map)
        self.server.changed.add(self)

    def del_channel(self, map: dict[int, Any] | None = None) -> None:
        self.server.unwatch(self._fileno)
        super().del_channel(map)

    def service(self) -> None:
        super().service()
        self.server.changed.add(self)
        self.server.pull_trigger()

    def received(self, data: bytes) -> bool:
        request = self.request
        accepted = bool(super().received(data))
        if self.request is not request:  # these bytes began another request
            self.request_started, self.bytes_received = time.time(), 0
        self.bytes_received += len(data)
        return accepted

    def is_overdue(self, now: float) -> bool:
        if self.request is None:
            return False
        if not self.request.headers_finished:
            return now - self.request_started > HEADER_SECONDS
        return now - self.request_started > BODY_SECONDS + self.bytes_received / MIN_BODY_BYTES_PER_SECOND

    def send(self, data: bytes, do_close: bool = True) -> int:
        sent = int(super().send(data, do_close))
        self.bytes_sent += sent
        return sent

    def is_read_too_slowly(self, now: float) -> bool:
        """Return whether a part of the response has waited too long for its reader. Called every second."""
        if not self.total_outbufs_len or not self.response_waits_since:
            self.response_waits_since, self.bytes_sent = now, 0
        waited = now - self.response_waits_since
        return waited > READ_SECONDS + self.bytes_sent / MIN_READ_BYTES_PER_SECOND

    def refuse_overdue(self) -> None:
        request_id, body = refuse(408, RequestTimeout.message)
        head = b"HTTP/1.1 408 Request Timeout\r\nContent-Type: application/json\r\nConnection: close\r\n"
        lines = b"X-Request-Id: %s\r\nContent-Length: %d\r\n\r\n" % (request_id.encode(), len(body))
        try:
            self.socket.send(head + lines + body)
        except OSError:
            logger.debug("a slow client closed the connection before its 408")
        self.will_close = True


class Server(TcpWSGIServer):
    """A server whose loop examines only changed connections; waitress's examines all of them each time."""

    channel_class = DeadlineChannel

    def __init__(self, application: Callable[..., Any], **options: Any) -> None:
        self._selector = selectors.DefaultSelector()
        # Connections that may wait for something else than in the last poll: also those whose requests are running,
        # since their threads write responses.
        self.changed: set[DeadlineChannel] = set()
        self.unchecked: list[DeadlineChannel] = []
        super().__init__(application, **options)
        self._watch(self.trigger)

    def add_task(self, task: DeadlineChannel) -> None:
        self.changed.add(task)
        super().add_task(task)

    def poll(self, timeout: float) -> None:
        """Wait for connections for at most `timeout` seconds, and read and write those that are ready."""
        self._watch(self)
        self._check_deadlines()
        for channel in self.changed.copy():
            if channel._fileno is None or not channel.requests:
                self.changed.discard(channel)
            self._watch(channel)
        for key, events in self._selector.select(0 if self.unchecked else timeout):
            if key.data._fileno == key.fd:  # otherwise the connection was closed in this poll
                readwrite(key.data, POLL_EVENTS[events & key.events])
                self._watch(key.data)

    def _watch(self, watched: Any) -> None:
        descriptor = watched._fileno
        if descriptor is None:  # closed
            return
        wanted = selectors.EVENT_READ if watched.readable() else 0
        wanted |= selectors.EVENT_WRITE if watched.writable() else 0
        key = self._selector.get_map().get(descriptor)
        if key and wanted and key.events != wanted:
            self._selector.modify(descriptor, wanted, watched)
        elif key and not wanted:
            self.unwatch(descriptor)
        elif wanted and not key:
            self._selector.register(descriptor, wanted, watched)

    def unwatch(self, descriptor: int | None) -> None:
        if descriptor is not None and descriptor in self._selector.get_map():
            self._selector.unregister(descriptor)

    def handle_accept(self) -> None:
        # waitress accepts one in each round of its loop. A round takes long while there are many connections, and a
        # client would wait behind all those that connect again.
        for _ in range(MAX_ACCEPTED_CONNECTIONS):
            connections = len(self._map)
            super().handle_accept()
            if len(self._map) == connections:
                return

    def maintenance(self, now: float) -> None:
        # waitress calls this every `cleanup_interval`, a second.
        super().maintenance(now)
        self.unchecked = self.unchecked or list(self.active_channels.values())

    def _check_deadlines(self) -> None:
        now = time.time()
        checked, self.unchecked = (
            self.unchecked[:MAX_CHECKED_CONNECTIONS],
            self.unchecked[MAX_CHECKED_CONNECTIONS:],
        )
        for channel in checked:
            if channel._fileno is None:  # closed
                continue
            if channel.is_read_too_slowly(now):
                # At once: waitress closes when the socket can be written, which is never if the client does not read.
                channel.handle_close()
            elif channel.requests:
                channel.request_started = now  # waitress reads no further request until these are served
            elif channel.is_overdue(now):
                channel.refuse_overdue()
            if channel.will_close:
                self.changed.add(channel)

    def serve(self, *, supervisor: int | None = None) -> None:
        """Serve until SIGTERM, SIGINT or the end of the process `supervisor`; finish running requests."""
        ends_at: list[float] = []

        def stop(signum: int, frame: FrameType | None) -> None:
            ends_at.append(time.monotonic() + SHUTDOWN_SECONDS)
            self.accepting = False
            shutdown.request_shutdown()  # ends requests that wait (api/long_polling.py)

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        while not ends_at or (self._is_busy() and time.monotonic() < ends_at[0]):
            self.poll(0.2 if ends_at else 1.0)
            # A supervisor that was killed sent no signal; its orphan would keep the port.
            if supervisor and not ends_at and os.getppid() != supervisor:
                stop(signal.SIGTERM, None)
        self.close_all(timeout=0)

    def close_all(self, *, timeout: float) -> None:
        """Give running requests `timeout` seconds, and close all connections."""
        self.task_dispatcher.shutdown(timeout=timeout)
        close_all(self._map)
        self._selector.close()

    def _is_busy(self) -> bool:
        return any(channel.requests or channel.total_outbufs_len for channel in self.active_channels.values())


def make_server(application: Callable[..., Any], listener: socket.socket, *, threads: int) -> Server:
    """Return the server of a WSGI application on a bound, listening socket."""
    # TLS ends at a proxy. To the application the request is what the user's browser sent: https, if that is public.
    scheme = "https" if os.environ.get("KRAFTER_PUBLIC_URL", "").startswith("https://") else "http"
    adjustments = Adjustments(sockets=[listener], threads=threads, url_scheme=scheme, **SERVER_SETTINGS)
    return Server(
        application,
        _sock=listener,
        dispatcher=RequestDispatcher(threads, RESERVED_THREADS),
        adj=adjustments,
        sockinfo=(listener.family, listener.type, listener.proto, listener.getsockname()),
        bind_socket=False,
    )


def _raise_file_limit() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * CONNECTION_LIMIT
    limit = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft < limit:
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))


def limit_memory_arenas() -> bool:
    """Let the threads share memory arenas; return whether the C library supports it."""
    set_option = getattr(ctypes.CDLL(None), "mallopt", None)  # glibc's
    return bool(set_option and set_option(M_ARENA_MAX, MEMORY_ARENAS))


class WebSupervisor:
    """Keep several processes serving one socket; restart those that end."""

    def __init__(self, listener: socket.socket, arguments: list[str], *, workers: int) -> None:
        listener.set_inheritable(True)
        self._listener, self._stopping = listener, False
        self._command = [sys.executable, "-m", "krafter_audit.server", *arguments]
        self._command += ["--fd", str(listener.fileno()), "--supervisor", str(os.getpid())]
        self._processes = [self._start() for _ in range(workers)]

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(self._command, pass_fds=[self._listener.fileno()])

    def run(self) -> None:
        signal.signal(signal.SIGTERM, self._stop)
        signal.signal(signal.SIGINT, self._stop)
        while not self._stopping:
            time.sleep(RESPAWN_SECONDS)
            if not self._stopping:
                self._processes = [self._running(process) for process in self._processes]
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            try:
                # Each ends by itself within SHUTDOWN_SECONDS.
                process.wait(SHUTDOWN_SECONDS + 2)
            except subprocess.TimeoutExpired:
                process.kill()

    def _stop(self, signum: int, frame: FrameType | None) -> None:
        self._stopping = True

    def _running(self, process: subprocess.Popen[bytes]) -> subprocess.Popen[bytes]:
        if process.poll() is None:
            return process
        logger.error("a web process ended with %s and is started again", process.returncode)
        return self._start()


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m krafter_audit.server", description=__doc__)
    parser.add_argument("application", nargs="?", default="krafter_audit.wsgi:application")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--workers", type=int, default=1, help="processes (default 1)")
    parser.add_argument("--threads", type=int, default=THREADS, help=f"of each process (default {THREADS})")
    parser.add_argument("--fd", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--supervisor", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.fd is not None:
        listener = socket.socket(fileno=options.fd)
    else:
        family = socket.AF_INET6 if ":" in options.host else socket.AF_INET
        listener = socket.create_server((options.host, options.port), family=family, backlog=BACKLOG)
    listener.setblocking(False)
    if options.workers > 1:
        multiprocess_metrics.share_between_processes()
        arguments = [options.application, "--threads", str(options.threads)]
        WebSupervisor(listener, arguments, workers=options.workers).run()
    else:
        _raise_file_limit()
        limit_memory_arenas()
        web = make_server(pkgutil.resolve_name(options.application), listener, threads=options.threads)
        web.serve(supervisor=options.supervisor)


if __name__ == "__main__":
    main()
