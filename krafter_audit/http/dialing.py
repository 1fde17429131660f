"""TCP connections to checked addresses: resolve once, check all, connect to the address itself."""

import contextlib
import socket
import threading
import time
from dataclasses import dataclass, field

from krafter_audit.http.addresses import (
    LOOPBACK,
    Address,
    AddressPolicy,
    is_localhost,
    normalise_host,
    not_public,
    parse_address,
    unwrap_nat64,
)
from krafter_audit.http.errors import TimedOut, Unreachable, Unresolved

_MAX_ADDRESSES = 4
_DNS_TIMEOUT_SECONDS = 10.0
# Limits the threads that wait for a silent name server. The names of one page need a hundred: 32 requests at a
# time, of which each gives up after a third of the time that the system repeats its queries.
_LOOKUPS = threading.BoundedSemaphore(512)


# Every read, write, connect and handshake ends at the deadline, so that a peer that sends one byte at a time cannot
# block a worker.
class Deadline:
    """The end of an operation, named in the message of TimedOut."""

    def __init__(self, seconds: float, operation: str) -> None:
        self._ends = time.monotonic() + seconds
        self._operation = operation

    def remaining(self, at_most: float | None = None) -> float:
        """Return the seconds left, or `at_most` if less. Raises TimedOut if none are left."""
        left = self._ends - time.monotonic()
        if left <= 0:
            raise TimedOut(f"{self._operation} took too long.")
        return left if at_most is None else min(left, at_most)

    def extend(self, seconds: float) -> None:
        self._ends += seconds


@dataclass
class _Lookup:
    host: str
    slots: threading.Semaphore
    addresses: list[str] = field(default_factory=list)
    error: Exception | None = None
    done: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        try:
            found = socket.getaddrinfo(self.host, None, type=socket.SOCK_STREAM)
            self.addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        except (OSError, UnicodeError) as error:
            self.error = error
        finally:
            self.slots.release()
            self.done.set()


def resolve(host: str, deadline: Deadline) -> list[str]:
    """Return all addresses of a name. Raises Unresolved, or TimedOut after ten seconds."""
    timed_out = TimedOut(f"The DNS lookup of {host} took too long.")
    if not _LOOKUPS.acquire(timeout=deadline.remaining(_DNS_TIMEOUT_SECONDS)):
        raise timed_out
    lookup = _Lookup(host, _LOOKUPS)
    # A thread, since getaddrinfo has no timeout.
    threading.Thread(target=lookup.run, name="dns", daemon=True).start()
    if not lookup.done.wait(deadline.remaining(_DNS_TIMEOUT_SECONDS)):
        raise timed_out
    if lookup.error or not lookup.addresses:
        raise Unresolved(f"{host} could not be resolved.") from lookup.error
    return lookup.addresses


def resolve_allowed(host: str, port: int, policy: AddressPolicy, deadline: Deadline) -> list[Address]:
    """Return a normalised host's addresses. Raises RefusedAddress unless all are allowed."""
    literal = parse_address(host)
    if literal:
        policy.require([literal], host, port)
        return [literal]
    # Without DNS, which could return anything for the name.
    if is_localhost(host):
        return _allowed_loopback(host, port, policy)
    addresses = [address for text in resolve(host, deadline) if (address := parse_address(text))]
    # All of them, and not only the one that is connected: DNS rebinding mixes public and internal addresses.
    policy.require([unwrap_nat64(address) for address in addresses], host, port)
    return addresses


def _allowed_loopback(host: str, port: int, policy: AddressPolicy) -> list[Address]:
    # The operator often lists only one family, while the name means both.
    allowed = [address for address in LOOPBACK if policy.is_allowed(address, port)]
    if not allowed:
        raise not_public(host)
    return allowed


def connect(
    addresses: list[Address], host: str, port: int, timeout: float, deadline: Deadline
) -> socket.socket:
    """Connect to the first address that accepts. Raises TimedOut or Unreachable."""
    failure: OSError | None = None
    for address in addresses[:_MAX_ADDRESSES]:
        family = socket.AF_INET6 if address.version == 6 else socket.AF_INET
        sock = socket.socket(family, socket.SOCK_STREAM)
        try:
            sock.settimeout(deadline.remaining(timeout))
            # The address and not the name: a second lookup could return another one (DNS rebinding).
            sock.connect((str(address), port))
        except OSError as error:
            sock.close()
            failure = error
        except TimedOut:
            sock.close()
            raise
        else:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return sock
    if isinstance(failure, TimeoutError):
        message = f"{host} did not accept a connection on port {port} in time."
        raise TimedOut(message, unanswered=True) from failure
    raise Unreachable(f"{host} refuses connections on port {port}.", unanswered=True) from failure


def dial(host: str, port: int, *, policy: AddressPolicy, timeout: float) -> tuple[socket.socket, str]:
    """Open a checked TCP connection for a protocol other than HTTP: (socket, connected address).

    `timeout` (seconds) bounds lookup and connect together and stays set on the socket.
    """
    deadline = Deadline(timeout, f"The connection to port {port}")
    name = normalise_host(host.removeprefix("[").removesuffix("]"))
    addresses = resolve_allowed(name, port, policy, deadline)
    sock = connect(addresses, name, port, timeout, deadline)
    sock.settimeout(timeout)
    return sock, str(sock.getpeername()[0])


def disconnect_after(seconds: float, sock: socket.socket) -> threading.Timer:
    """Shut a connection down after so many seconds, unless the timer is cancelled before.

    A socket's own timeout does not end TLS: while data arrives, OpenSSL reads on through messages that it skips.
    """
    timer = threading.Timer(seconds, _shut_down, [sock])
    timer.daemon = True
    timer.start()
    return timer


def _shut_down(sock: socket.socket) -> None:
    with contextlib.suppress(OSError):  # the socket is closed already
        socket.socket.shutdown(sock, socket.SHUT_RDWR)  # SSLSocket.shutdown is not for another thread
