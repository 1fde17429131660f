"""The browser's only door out: a proxy on this machine that lets through what the guarded client would ask.

A browser follows redirects, opens WebSockets, prefetches and runs whatever a page tells it to. It is started so
that it has no other way than this proxy (`scanner/browser/`), and every connection is judged here: the same
policy of addresses, the same pinned connection to the address that was judged, a budget, a deadline.

Two forms are spoken, those that browsers speak to a proxy: `CONNECT host:port` for https and WebSockets, and
absolute-form requests (`GET http://host/path`) for http. What is refused is hung up on, never answered: an answer
of ours would look like one of the site.
"""

import contextlib
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from krafter_audit.http.addresses import Address, AddressPolicy
from krafter_audit.http.client import policy_from_settings
from krafter_audit.http.dialing import Deadline, checked_addresses, connect
from krafter_audit.http.errors import HttpError, RefusedAddress
from krafter_audit.http.proxy_protocol import BadRequest, Relay, Request, WireClosed, read_head
from krafter_audit.http.urls import Target

_BACKLOG = 128
_MOST_CONNECTIONS = 256  # at once; a browser opens 32 to a proxy


@dataclass(frozen=True)
class EgressLimits:
    """What one visit may cost: seconds in all, seconds for a connection, requests, bytes in both directions."""

    total: float = 45.0
    connect: float = 5.0
    requests: int = 300
    bytes: int = 50 * 1024 * 1024


@dataclass
class Passage:
    """One request to the proxy: for https a tunnel, which may carry several requests to the same host.

    `url` has neither query nor fragment, and for a tunnel no path. `address` is the one that was connected to. A
    request that was refused or came to nothing has `reason` (a word of `HttpError.reason`) and `detail` (a
    sentence).
    """

    url: str
    host: str = ""
    port: int = 0
    address: str = ""
    sent: int = 0
    received: int = 0
    reason: str = ""
    detail: str = ""


@dataclass
class Budget:
    """Requests and bytes that are left; what is over is noted in `exceeded` and nothing passes any more."""

    limits: EgressLimits
    requests: int = 0
    bytes: int = 0
    exceeded: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def take_request(self) -> None:
        """Count one more request. Raises WireClosed when there were enough."""
        with self.lock:
            self.requests += 1
            self._refuse(self.requests > self.limits.requests, f"over {self.limits.requests} requests")

    def take_bytes(self, count: int) -> None:
        """Count bytes on the wire. Raises WireClosed when there were enough."""
        with self.lock:
            self.bytes += count
            self._refuse(self.bytes > self.limits.bytes, f"over {self.limits.bytes // (1024 * 1024)} MB")

    def _refuse(self, is_over: bool, words: str) -> None:
        if is_over:
            self.exceeded = self.exceeded or words
        if self.exceeded:
            raise WireClosed


class Egress:
    """A proxy for one visit; a context manager. `port` on 127.0.0.1 is where it listens.

    `pins` keeps what names resolved to: give the same dictionary to all visits of a run, and each name is looked
    up once. `passages` tells afterwards what was asked, at which address, and what was refused. `when_exceeded` is
    called, perhaps more than once and in another thread, when the visit has cost more than it may.
    """

    def __init__(
        self,
        *,
        policy: AddressPolicy | None = None,
        limits: EgressLimits | None = None,
        pins: dict[tuple[str, int], list[Address]] | None = None,
        when_exceeded: Callable[[], None] = lambda: None,
    ) -> None:
        self.policy = policy_from_settings() if policy is None else policy
        self.limits = limits or EgressLimits()
        self.pins = {} if pins is None else pins
        self.passages: list[Passage] = []
        self.budget = Budget(self.limits)
        self.port = 0
        self._when_exceeded = when_exceeded
        self._deadline = Deadline(self.limits.total, "The visit")
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._closed = False

    def __enter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=_BACKLOG)
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, name="egress", daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Hang up on everybody; nothing passes any more."""
        with self._lock:
            self._closed = True
            left = list(self._open)
        for sock in (self._listener, *left):
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)  # wakes the thread that waits for it
        self._listener.close()

    def exceed(self, words: str) -> None:
        """Say that the visit has cost more than it may, by a count that is not the proxy's."""
        self.budget.exceeded = self.budget.exceeded or words
        self._tell_when_exceeded()

    @property
    def refused(self) -> list[Passage]:
        """What was not let through."""
        return [passage for passage in list(self.passages) if passage.reason == RefusedAddress.reason]

    def _accept(self) -> None:
        while not self._closed:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=[client], name="egress", daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        """Carry one request through, then hang up: no connection is used for a second host."""
        try:
            self._keep(client)
            head, rest = read_head(client, self._deadline)
            self._carry(client, Request.parse(head), rest)
        except (OSError, HttpError, WireClosed, BadRequest):
            self._tell_when_exceeded()  # the rest is noted in the passage, or nobody asked for anything
        finally:
            self._drop(client)

    def _tell_when_exceeded(self) -> None:
        with self._lock:  # never after the end of the visit
            if self.budget.exceeded and not self._closed:
                self._when_exceeded()

    def _carry(self, client: socket.socket, request: Request, rest: bytes) -> None:
        passage = self._note(request)
        self.budget.take_request()
        try:
            upstream = self._connect(request.url, passage)
        except HttpError as error:
            passage.reason, passage.detail = error.reason, str(error)
            raise
        try:
            Relay(client, upstream, passage, self.budget, self._deadline).carry(request, rest)
        finally:
            self._drop(upstream)

    def _note(self, request: Request) -> Passage:
        passage = Passage(request.shown[:500])
        with self._lock:
            if len(self.passages) <= self.limits.requests:
                self.passages.append(passage)
        return passage

    def _connect(self, url: str, passage: Passage) -> socket.socket:
        target = Target.parse(url)
        passage.host, passage.port = place = target.host, target.port
        addresses = self.pins.get(place) or checked_addresses(*place, self.policy, self._deadline)
        self.pins[place] = addresses
        upstream = connect(addresses, *place, self.limits.connect, self._deadline)
        passage.address = str(upstream.getpeername()[0])
        self._keep(upstream)
        return upstream

    def _keep(self, sock: socket.socket) -> None:
        with self._lock:
            if self._closed or len(self._open) >= _MOST_CONNECTIONS:
                sock.close()
                raise WireClosed
            self._open.add(sock)

    def _drop(self, sock: socket.socket) -> None:
        with self._lock:
            self._open.discard(sock)
        sock.close()
