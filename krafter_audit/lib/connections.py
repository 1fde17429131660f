"""Connections to addresses that were checked: look up once, judge every answer, connect to the address.

No call here outlasts its deadline: each read, write, connection and handshake gets what is left of it, so a
peer that sends one byte at a time can't hold a worker.
"""

import logging
import socket
import ssl
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import httpcore2

from krafter_audit.lib.addresses import (
    LOOPBACK,
    Address,
    AddressPolicy,
    address_of,
    is_localhost,
    normalise_host,
    unwrapped,
)
from krafter_audit.lib.http_errors import RefusedAddress, TimedOut, Unreachable

# At DEBUG it writes headers, with what is secret in them, into the log.
logging.getLogger("httpcore2").setLevel(logging.INFO)

_MAX_ADDRESSES = 4
_LOOKUP_SECONDS = 10.0
_LOOKUPS = threading.BoundedSemaphore(32)


class Deadline:
    """A point in time after which nothing is waited for. `what` names it in the sentence of TimedOut."""

    def __init__(self, seconds: float, what: str) -> None:
        self._ends = time.monotonic() + seconds
        self._what = what

    def bound(self, seconds: float | None = None) -> float:
        """The seconds that may be waited, at most `seconds`. Raises TimedOut when there are none left."""
        left = self._ends - time.monotonic()
        if left <= 0:
            raise self.missed()
        return left if seconds is None else min(left, seconds)

    def put_off(self, seconds: float) -> None:
        """Grant what was waited for a turn: the host did not cause it."""
        self._ends += seconds

    def missed(self) -> TimedOut:
        return TimedOut(f"{self._what} took too long.")


@dataclass
class _Lookup:
    """A look-up in a thread of its own, as getaddrinfo knows no timeout.

    A daemon, so that no process waits for it.
    """

    host: str
    slots: threading.Semaphore
    answers: list[str] = field(default_factory=list)
    fault: Exception | None = None
    done: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        try:
            found = socket.getaddrinfo(self.host, None, type=socket.SOCK_STREAM)
            self.answers = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        except (OSError, UnicodeError) as fault:
            self.fault = fault
        finally:
            self.slots.release()
            self.done.set()


def look_up(host: str, deadline: Deadline) -> list[str]:
    """Every address that the name has, as text.

    Raises Unreachable when there is none, TimedOut when it takes long.
    """
    slow = TimedOut(f"The look-up of {host} took too long.")
    if not _LOOKUPS.acquire(timeout=deadline.bound(_LOOKUP_SECONDS)):
        raise slow
    lookup = _Lookup(host, _LOOKUPS)
    threading.Thread(target=lookup.run, name="dns", daemon=True).start()
    if not lookup.done.wait(deadline.bound(_LOOKUP_SECONDS)):
        raise slow
    if lookup.fault or not lookup.answers:
        raise Unreachable(f"{host} could not be found in the DNS.") from lookup.fault
    return lookup.answers


def checked_addresses(host: str, port: int, policy: AddressPolicy, deadline: Deadline) -> list[Address]:
    """The addresses of a normalised host, all of them allowed. Raises RefusedAddress if one is not."""
    literal = address_of(host)
    if literal:
        policy.require([literal], host, port)
        return [literal]
    if is_localhost(host):
        return _listed_loopback(host, port, policy)
    addresses = [address for text in look_up(host, deadline) if (address := address_of(text))]
    policy.require([unwrapped(address) for address in addresses], host, port)
    return addresses


def _listed_loopback(host: str, port: int, policy: AddressPolicy) -> list[Address]:
    """Loopback is often listed for one family only, while the name stands for both."""
    listed = [address for address in LOOPBACK if policy.lists(address, port)]
    if not listed:
        raise RefusedAddress(f"{host} does not lead to a public address.")
    return listed


def connect(
    addresses: list[Address], host: str, port: int, timeout: float, deadline: Deadline
) -> socket.socket:
    """A TCP connection to the first of the addresses that takes one. Raises TimedOut or Unreachable."""
    fault: OSError | None = None
    for address in addresses[:_MAX_ADDRESSES]:
        family = socket.AF_INET6 if address.version == 6 else socket.AF_INET
        sock = socket.socket(family, socket.SOCK_STREAM)
        try:
            sock.settimeout(deadline.bound(timeout))
            sock.connect((str(address), port))
        except OSError as error:
            sock.close()
            fault = error
        except TimedOut:
            sock.close()
            raise
        else:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return sock
    if isinstance(fault, TimeoutError):
        raise TimedOut(f"{host} took no connection on port {port} in time.") from fault
    raise Unreachable(f"{host} takes no connection on port {port}.") from fault


def dial(host: str, port: int, *, policy: AddressPolicy, timeout: float) -> tuple[socket.socket, str]:
    """A guarded TCP connection for whoever speaks something else than HTTP: (socket, address connected to).

    `timeout`, in seconds, bounds look-up and connection together and stays set on the socket.
    """
    deadline = Deadline(timeout, f"The connection to port {port}")
    name = normalise_host(host.removeprefix("[").removesuffix("]"))
    addresses = checked_addresses(name, port, policy, deadline)
    sock = connect(addresses, name, port, timeout, deadline)
    sock.settimeout(timeout)
    return sock, str(sock.getpeername()[0])


class WireLimit(Exception):
    """More bytes came over the wire than an answer may have."""


class GuardedStream(httpcore2.NetworkStream):
    """A socket whose reads and writes end with the deadline; counts what comes in and notes when it came."""

    def __init__(self, sock: socket.socket, host: str, deadline: Deadline, max_bytes: int) -> None:
        self._sock = sock
        self._host = host
        self._deadline = deadline
        self._room = max_bytes
        self.sent_at = self.first_byte_at = time.monotonic()
        self._answered = False

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        self._sock.settimeout(self._deadline.bound(timeout))
        try:
            received = self._sock.recv(max_bytes)
        except TimeoutError as fault:
            raise TimedOut(f"{self._host} sent nothing for too long.") from fault
        except OSError as fault:
            raise httpcore2.ReadError("the connection broke") from fault
        if not self._answered:
            self._answered, self.first_byte_at = True, time.monotonic()
        self._room -= len(received)
        if self._room < 0:
            raise WireLimit
        return received

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        view = memoryview(buffer)
        while view:
            self.sent_at = time.monotonic()
            self._sock.settimeout(self._deadline.bound(timeout))
            try:
                view = view[self._sock.send(view) :]
            except TimeoutError as fault:
                raise TimedOut(f"{self._host} took the request too slowly.") from fault
            except OSError as fault:
                raise httpcore2.WriteError("the connection broke") from fault

    def close(self) -> None:
        self._sock.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> "GuardedStream":
        """The handshake, in place: the name is verified, not the address."""
        self._sock.settimeout(self._deadline.bound(timeout))
        try:
            self._sock = ssl_context.wrap_socket(self._sock, server_hostname=server_hostname)
        except TimeoutError as fault:
            raise TimedOut(f"The TLS handshake with {self._host} took too long.") from fault
        except (OSError, ValueError) as fault:
            raise Unreachable(_handshake_sentence(self._host, fault), tls=True) from fault
        return self

    def get_extra_info(self, info: str) -> Any:
        if info == "ssl_object":
            return self._sock if isinstance(self._sock, ssl.SSLSocket) else None
        return {"socket": self._sock, "is_readable": False}.get(info)


def _handshake_sentence(host: str, fault: Exception) -> str:
    why = getattr(fault, "verify_message", None) or getattr(fault, "reason", None) or "the connection broke"
    return f"The TLS handshake with {host} failed: {str(why).rstrip('.').lower().replace('_', ' ')}."


@dataclass
class GuardedBackend(httpcore2.NetworkBackend):
    """Gives one hop its connection.

    `pins` keeps what a name resolved to, so that a run asks the DNS once a name.
    """

    policy: AddressPolicy
    deadline: Deadline
    max_bytes: int
    pins: dict[tuple[str, int], list[Address]] = field(default_factory=dict)
    address: str = ""
    stream: GuardedStream | None = None

    @property
    def waited_ms(self) -> float:
        """Milliseconds from the sending of the request's last part to the answer's first byte."""
        return (self.stream.first_byte_at - self.stream.sent_at) * 1000 if self.stream else 0.0

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> GuardedStream:
        name = normalise_host(host)
        addresses = self.pins.get((name, port)) or checked_addresses(name, port, self.policy, self.deadline)
        self.pins[name, port] = addresses
        sock = connect(addresses, name, port, self.deadline.bound(timeout), self.deadline)
        self.address = str(sock.getpeername()[0])
        self.stream = GuardedStream(sock, name, self.deadline, self.max_bytes)
        return self.stream

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore2.NetworkStream:
        raise RefusedAddress("A unix socket is not asked.")
