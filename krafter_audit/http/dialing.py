"""Connections to addresses that were checked: look up once, judge every answer, connect to the address.

No call here outlasts its deadline: each read, write, connection and handshake gets what is left of it, so a
peer that sends one byte at a time can't hold a worker.
"""

import socket
import threading
import time
from dataclasses import dataclass, field

from krafter_audit.http.addresses import (
    LOOPBACK,
    Address,
    AddressPolicy,
    address_of,
    is_localhost,
    normalise_host,
    not_public,
    unwrapped,
)
from krafter_audit.http.errors import TimedOut, Unreachable

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
        raise not_public(host)
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
