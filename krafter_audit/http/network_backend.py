"""The httpcore2 network backend: connects to checked addresses, ends at the deadline, counts bytes."""

import logging
import socket
import ssl
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import httpcore2

from krafter_audit.http.addresses import Address, AddressPolicy, normalise_host
from krafter_audit.http.dialing import Deadline, connect, disconnect_after, resolve_allowed
from krafter_audit.http.errors import RefusedAddress, TimedOut, Unreachable
from krafter_audit.http.response_head import ResponseHeads

# At DEBUG it logs headers, and with them credentials.
logging.getLogger("httpcore2").setLevel(logging.INFO)


class ResponseLimitExceeded(Exception):
    """More bytes were received than a response may have."""


class BoundedStream(httpcore2.NetworkStream):
    """A socket whose reads and writes end at the deadline."""

    def __init__(self, sock: socket.socket, host: str, deadline: Deadline, max_bytes: int) -> None:
        self._sock = sock
        self._host = host
        self._deadline = deadline
        self._bytes_left = max_bytes
        self.sent_at = self.first_byte_at = time.monotonic()
        self.has_answered = False
        self._heads = ResponseHeads()
        self._timer: threading.Timer | None = None

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Return what the parser may read: none of a response's head before it is complete."""
        while received := self._receive(max_bytes, timeout):
            if passed := self._heads.feed(received):
                return passed
        return self._heads.feed(b"")

    def _receive(self, max_bytes: int, timeout: float | None) -> bytes:
        self._sock.settimeout(self._deadline.remaining(timeout))
        try:
            received = self._sock.recv(max_bytes)
        except TimeoutError as error:
            raise TimedOut(f"{self._host} sent no data in time.") from error
        except OSError as error:
            self._deadline.remaining()
            raise httpcore2.ReadError("the connection broke") from error
        if not received:
            self._deadline.remaining()  # the timer may have closed the connection at the deadline
        if received and not self.has_answered:
            self.has_answered, self.first_byte_at = True, time.monotonic()
        # Headers and chunk sizes count too: a response without an end would fill the memory.
        self._bytes_left -= len(received)
        if self._bytes_left < 0:
            raise ResponseLimitExceeded
        return received

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        view = memoryview(buffer)
        while view:
            self.sent_at = time.monotonic()
            self._sock.settimeout(self._deadline.remaining(timeout))
            try:
                view = view[self._sock.send(view) :]
            except TimeoutError as error:
                raise TimedOut(f"{self._host} read the request too slowly.") from error
            except OSError as error:
                raise httpcore2.WriteError("the connection broke") from error

    def close(self) -> None:
        if self._timer:
            self._timer.cancel()
        self._sock.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> "BoundedStream":
        self._sock.settimeout(self._deadline.remaining(timeout))
        try:
            # The certificate is verified against the name, not the connected address.
            self._sock = secured = ssl_context.wrap_socket(
                self._sock, server_hostname=server_hostname, do_handshake_on_connect=False
            )
            self._timer = disconnect_after(self._deadline.remaining(), secured)
            secured.do_handshake()
        except TimeoutError as error:
            raise TimedOut(f"The TLS handshake with {self._host} took too long.") from error
        except (OSError, ValueError) as error:
            self._deadline.remaining()
            raise Unreachable(_handshake_failure(self._host, error), tls=True) from error
        return self

    def get_extra_info(self, info: str) -> Any:
        if info == "ssl_object":
            return self._sock if isinstance(self._sock, ssl.SSLSocket) else None
        return {"socket": self._sock, "is_readable": False}.get(info)


# OpenSSL's X509_V_ERR_*: self-signed, self-signed certificate in the chain, unknown issuer.
UNKNOWN_AUTHORITY_CODES = frozenset({18, 19, 20})


def _handshake_failure(host: str, error: Exception) -> str:
    why = getattr(error, "verify_message", None) or getattr(error, "reason", None) or "the connection broke"
    sentence = f"The TLS handshake with {host} failed: {str(why).rstrip('.').lower().replace('_', ' ')}."
    if getattr(error, "verify_code", 0) in UNKNOWN_AUTHORITY_CODES:
        sentence += " An operator can trust its certificate authority with the setting KRAFTER_CA_FILE."
    return sentence


@dataclass
class CheckedBackend(httpcore2.NetworkBackend):
    policy: AddressPolicy
    deadline: Deadline
    max_bytes: int
    # The checked addresses of each name of a run.
    dns_cache: dict[tuple[str, int], list[Address]] = field(default_factory=dict)
    first_address: int = 0
    address: str = ""
    stream: BoundedStream | None = None

    @property
    def ttfb_ms(self) -> float:
        """Milliseconds from the end of the request to the first byte of the response."""
        return (self.stream.first_byte_at - self.stream.sent_at) * 1000 if self.stream else 0.0

    @property
    def has_answered(self) -> bool:
        return self.stream is not None and self.stream.has_answered

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> BoundedStream:
        name = normalise_host(host)
        addresses = self.dns_cache.get((name, port))
        addresses = addresses or resolve_allowed(name, port, self.policy, self.deadline)
        self.dns_cache[name, port] = addresses
        addresses = addresses[self.first_address :] + addresses[: self.first_address]
        sock = connect(addresses, name, port, self.deadline.remaining(timeout), self.deadline)
        self.address = str(sock.getpeername()[0])
        self.stream = BoundedStream(sock, name, self.deadline, self.max_bytes)
        return self.stream

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore2.NetworkStream:
        raise RefusedAddress("Unix sockets are not allowed.")
