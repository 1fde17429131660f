"""The browser's forward proxy: applies the HTTP client's address policy, limits traffic and time."""

import contextlib
import socket
import threading
from collections.abc import Callable
from typing import Self

from krafter_audit.http.addresses import Address, AddressPolicy
from krafter_audit.http.defaults import network_defaults
from krafter_audit.http.dialing import Deadline, connect, resolve_allowed
from krafter_audit.http.errors import HttpError, RefusedAddress, Unresolved
from krafter_audit.http.forward_proxy.protocol import MalformedMessage, ParsedRequest, Relay, read_head
from krafter_audit.http.forward_proxy.traffic import (
    ConnectionClosed,
    ProxiedRequest,
    ProxyLimits,
    TrafficBudget,
)
from krafter_audit.http.urls import ParsedUrl

_BACKLOG = 128
_MAX_CONNECTIONS = 256  # a browser opens 32 to a proxy
_MAX_RECORDED_URL_LENGTH = 500


# A browser follows redirects, opens WebSockets, prefetches and runs scripts: it is started so that it reaches the
# network through this proxy only.
class ForwardProxy:
    """A proxy for one page visit at a time; a context manager, listening on 127.0.0.1 at `port`.

    `on_exceeded` is called, perhaps repeatedly and in another thread, when the visit exceeds a limit.
    """

    def __init__(
        self,
        *,
        policy: AddressPolicy | None = None,
        limits: ProxyLimits | None = None,
        dns_cache: dict[tuple[str, int], list[Address]] | None = None,
        on_exceeded: Callable[[], None] = lambda: None,
    ) -> None:
        self.policy = network_defaults().policy if policy is None else policy
        self.limits = limits or ProxyLimits()
        self.dns_cache = {} if dns_cache is None else dns_cache
        self.port = 0
        self._on_exceeded = on_exceeded
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._closed = False
        self._begin()

    def _begin(self) -> None:
        self.proxied_requests: list[ProxiedRequest] = []
        self.budget = TrafficBudget(self.limits)
        self._deadline = Deadline(self.limits.total, "The page visit")

    def begin_visit(self) -> None:
        """Begin another visit: with all of its limits, without the connections of the last one."""
        with self._lock:
            self._begin()
            for sock in self._open:
                _disconnect(sock)

    def __enter__(self) -> Self:
        self.start()
        return self

    def start(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=_BACKLOG)
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, name="forward-proxy", daemon=True).start()

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        with self._lock:
            self._closed = True
            remaining = list(self._open)
        for sock in (self._listener, *remaining):
            _disconnect(sock)
        self._listener.close()

    def mark_exceeded(self, limit: str) -> None:
        self.budget.exceeded = self.budget.exceeded or limit
        self._notify_exceeded()

    @property
    def refused_requests(self) -> list[ProxiedRequest]:
        return [request for request in self.proxied_requests if request.reason == RefusedAddress.reason]

    def _accept(self) -> None:
        while not self._closed:
            try:
                client, _ = self._listener.accept()
            except OSError:  # the listener was closed
                return
            threading.Thread(target=self._serve, args=[client], name="forward-proxy", daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        try:
            # A connection is closed after one request, so it is never used for a second host. A refused request is
            # disconnected too, since a response would look like one of the site.
            self._register(client)
            head, rest = read_head(client, self._deadline)
            self._forward(client, ParsedRequest.parse(head), rest)
        except (OSError, HttpError, ConnectionClosed, MalformedMessage):
            self._notify_exceeded()  # the ProxiedRequest has all other errors
        finally:
            self._close(client)

    def _notify_exceeded(self) -> None:
        with self._lock:  # never after the end of the visit
            if self.budget.exceeded and not self._closed:
                self._on_exceeded()

    def _forward(self, client: socket.socket, request: ParsedRequest, rest: bytes) -> None:
        record = self._record(request)
        self.budget.count_request()
        try:
            upstream = self._connect(request.url, record)
        except HttpError as error:
            record.reason, record.detail = error.reason, str(error)
            record.has_no_host = isinstance(error, RefusedAddress | Unresolved)
            raise
        try:
            Relay(client, upstream, record, self.budget, self._deadline).run(request, rest)
        finally:
            self._close(upstream)

    def _record(self, request: ParsedRequest) -> ProxiedRequest:
        url = request.url.partition("?")[0]  # a query may hold secrets
        record = ProxiedRequest(url[:_MAX_RECORDED_URL_LENGTH])
        with self._lock:
            if len(self.proxied_requests) <= self.limits.requests:
                self.proxied_requests.append(record)
        return record

    def _connect(self, url: str, record: ProxiedRequest) -> socket.socket:
        parsed = ParsedUrl.parse(url)
        record.host, record.port = host_and_port = parsed.host, parsed.port
        # Checked once for all requests of a run: a name cannot change its address between the check and the
        # connection.
        addresses = self.dns_cache.get(host_and_port)
        addresses = addresses or resolve_allowed(*host_and_port, self.policy, self._deadline)
        self.dns_cache[host_and_port] = addresses
        upstream = connect(addresses, *host_and_port, self.limits.connect, self._deadline)
        record.address = str(upstream.getpeername()[0])
        self._register(upstream)
        return upstream

    def _register(self, sock: socket.socket) -> None:
        with self._lock:
            if self._closed or len(self._open) >= _MAX_CONNECTIONS:
                sock.close()
                raise ConnectionClosed
            self._open.add(sock)

    def _close(self, sock: socket.socket) -> None:
        with self._lock:
            self._open.discard(sock)
        sock.close()


def _disconnect(sock: socket.socket) -> None:
    with contextlib.suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)  # wakes the thread that waits for this socket
