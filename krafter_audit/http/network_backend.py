"""How httpcore2 is given a connection: to a checked address, ended by the deadline, with the bytes counted."""

import logging
import socket
import ssl
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import httpcore2

from krafter_audit.http.addresses import Address, AddressPolicy, normalise_host
from krafter_audit.http.dialing import Deadline, checked_addresses, connect
from krafter_audit.http.errors import RefusedAddress, TimedOut, Unreachable

# At DEBUG it writes headers, with what is secret in them, into the log.
logging.getLogger("httpcore2").setLevel(logging.INFO)


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


# OpenSSL's X509_V_ERR_*: self-signed, a self-signed authority in the chain, an issuer that is not known.
UNKNOWN_AUTHORITY = frozenset({18, 19, 20})


def _handshake_sentence(host: str, fault: Exception) -> str:
    why = getattr(fault, "verify_message", None) or getattr(fault, "reason", None) or "the connection broke"
    sentence = f"The TLS handshake with {host} failed: {str(why).rstrip('.').lower().replace('_', ' ')}."
    if getattr(fault, "verify_code", 0) in UNKNOWN_AUTHORITY:
        sentence += " An operator can trust its certificate authority with the setting KRAFTER_CA_FILE."
    return sentence


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
