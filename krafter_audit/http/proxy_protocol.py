"""What the browser's proxy reads and writes: the head of a request, and bytes in both directions."""

import re
import select
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from krafter_audit.http.dialing import Deadline

if TYPE_CHECKING:
    from krafter_audit.http.forward_proxy import Budget, Passage

_MOST_HEAD = 256 * 1024
_PIECE = 64 * 1024
_LINE = re.compile(rb"([A-Z]+) (\S+) HTTP/1\.1", re.ASCII)
_ABSOLUTE = re.compile(r"http://[^/?#]+", re.ASCII | re.IGNORECASE)
_HOP_BY_HOP = {b"connection", b"keep-alive", b"proxy-connection", b"proxy-authorization", b"upgrade", b"te"}


class WireClosed(Exception):
    """A side hung up, or the budget is spent."""


class BadRequest(Exception):
    """What came is no request to a proxy, or an answer is none."""


def read_head(sock: socket.socket, deadline: Deadline, received: bytes = b"") -> tuple[bytes, bytes]:
    """The head of a message without its empty line, and what came after it; `received` came before."""
    while b"\r\n\r\n" not in received:
        if len(received) > _MOST_HEAD:
            raise BadRequest
        received += receive(sock, deadline)
    head, _, rest = received.partition(b"\r\n\r\n")
    return head, rest


def receive(sock: socket.socket, deadline: Deadline) -> bytes:
    """What comes next. Raises WireClosed at the end, TimedOut at the deadline."""
    sock.settimeout(deadline.bound())
    piece = sock.recv(_PIECE)
    if not piece:
        raise WireClosed
    return piece


def _without_hops(lines: list[bytes]) -> list[bytes]:
    return [line for line in lines if line.partition(b":")[0].strip().lower() not in _HOP_BY_HOP]


@dataclass(frozen=True)
class Request:
    """A request to the proxy: a tunnel, or one over plain http with its `head` as the site gets it."""

    url: str
    is_tunnel: bool
    head: bytes = b""
    body: int = 0

    @property
    def shown(self) -> str:
        """The URL without what may be secret in it."""
        return self.url.partition("?")[0]

    @classmethod
    def parse(cls, head: bytes) -> Self:
        """Read the head. Raises BadRequest for anything but CONNECT and an absolute http URL."""
        first, *lines = head.split(b"\r\n")
        found = _LINE.fullmatch(first)
        if not found:
            raise BadRequest
        method, where = found[1], found[2].decode("latin-1")
        if method == b"CONNECT":
            return cls(f"https://{where}/", is_tunnel=True)
        origin = _ABSOLUTE.match(where)
        if not origin:
            raise BadRequest
        path = where[origin.end() :].partition("#")[0]
        opening = f"{method.decode()} {path if path.startswith('/') else '/' + path} HTTP/1.1".encode(
            "latin-1"
        )
        kept = [opening, *_without_hops(lines), b"Connection: close"]
        return cls(where, is_tunnel=False, head=b"\r\n".join(kept) + b"\r\n\r\n", body=_length(lines))


def _length(lines: list[bytes]) -> int:
    """The bytes of the request's body. A browser sends it in chunks over HTTP/2 alone."""
    fields = dict(line.lower().split(b":", 1) for line in lines if b":" in line)
    length = fields.get(b"content-length", b"0").strip()
    if b"transfer-encoding" in fields or not length.isdigit():
        raise BadRequest
    return int(length)


@dataclass
class Relay:
    """Bytes between the browser and one host, counted, until one side ends, the budget or the time is over."""

    client: socket.socket
    upstream: socket.socket
    passage: "Passage"
    budget: "Budget"
    deadline: Deadline

    def carry(self, request: Request, rest: bytes) -> None:
        """Carry a tunnel or one request with its answer."""
        if request.is_tunnel:
            self._write(self.client, b"HTTP/1.1 200 Connection established\r\n\r\n")
            self._up(rest)
            self._both_ways()
            return
        self._up(request.head)
        self._send_body(request.body, rest)
        self._answer()

    def _send_body(self, length: int, rest: bytes) -> None:
        """The body and not a byte more: what follows it would be a request to somebody else, perhaps."""
        while length > 0:
            rest = rest or receive(self.client, self.deadline)
            self._up(rest[:length])
            length -= len(rest)
            rest = b""

    def _answer(self) -> None:
        """The answer, told to be the last one on this connection, then whatever of it comes."""
        head, rest = read_head(self.upstream, self.deadline)
        while head.startswith((b"HTTP/1.1 1", b"HTTP/1.0 1")):  # 100 and 103 come before the answer
            head, rest = read_head(self.upstream, self.deadline, rest)
        if not head.startswith(b"HTTP/1."):
            raise BadRequest
        first, *lines = head.split(b"\r\n")
        kept = [first, *_without_hops(lines), b"Connection: close"]
        self._down(b"\r\n".join(kept) + b"\r\n\r\n" + rest)
        self._downwards()

    def _downwards(self) -> None:
        """The rest of an answer; it ends when the browser hangs up, too."""
        while True:
            ready = self._ready()
            if self.upstream in ready:
                self._down(receive(self.upstream, self.deadline))
            elif self.client in ready:
                return  # it has all it wants, or sends a second request, which is not taken here

    def _both_ways(self) -> None:
        while True:
            for sock in self._ready():
                piece = receive(sock, self.deadline)
                self._up(piece) if sock is self.client else self._down(piece)

    def _ready(self) -> list[socket.socket]:
        """The sides from which something can be read now; waits until the deadline."""
        poll = select.poll()
        sides = {sock.fileno(): sock for sock in (self.client, self.upstream)}
        for number in sides:
            if number < 0:
                raise WireClosed
            poll.register(number, select.POLLIN)
        found = poll.poll(self.deadline.bound() * 1000)
        return [sides[number] for number, _ in found]

    def _up(self, piece: bytes) -> None:
        self.budget.take_bytes(len(piece))
        self.passage.sent += len(piece)
        self._write(self.upstream, piece)

    def _down(self, piece: bytes) -> None:
        self.budget.take_bytes(len(piece))
        self.passage.received += len(piece)
        self._write(self.client, piece)

    def _write(self, sock: socket.socket, piece: bytes) -> None:
        sock.settimeout(self.deadline.bound())
        sock.sendall(piece)
