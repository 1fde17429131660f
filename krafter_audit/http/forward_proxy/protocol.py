"""The forward proxy's protocol: request heads, and relayed bytes."""

import re
import select
import socket
from dataclasses import dataclass
from typing import Self

from krafter_audit.http.dialing import Deadline
from krafter_audit.http.forward_proxy.traffic import ConnectionClosed, ProxiedRequest, TrafficBudget

_MAX_HEAD_BYTES = 256 * 1024
_MAX_LENGTH_DIGITS = 18  # int() raises for more than 4,300 digits
_CHUNK_BYTES = 64 * 1024
# RFC 9112, section 2.2: a line may end with only a line feed.
_LINE_END = re.compile(rb"\r?\n")
_END = re.compile(rb"\r?\n\r?\n")
_END_LENGTH = 4
_REQUEST_LINE = re.compile(rb"([A-Z]+) (\S+) HTTP/1\.1", re.ASCII)
_ABSOLUTE_FORM = re.compile(r"http://[^/?#]+", re.ASCII | re.IGNORECASE)
# RFC 9110, section 7.6.1: a proxy forwards none of these.
_HOP_BY_HOP = {b"connection", b"keep-alive", b"proxy-connection", b"proxy-authorization", b"upgrade", b"te"}


class MalformedMessage(Exception):
    """The browser sent no valid proxy request, or the server no valid response."""


def read_head(sock: socket.socket, deadline: Deadline, received: bytes = b"") -> tuple[bytes, bytes]:
    """Read a message head: (head without its empty line, bytes after it). `received` was read before."""
    buffer, searched = bytearray(received), 0
    while not (end := _END.search(buffer, searched)):
        if len(buffer) > _MAX_HEAD_BYTES:
            raise MalformedMessage
        # The end may lie across two pieces. From the start, a head in pieces of one byte takes quadratic time.
        searched = max(0, len(buffer) - _END_LENGTH + 1)
        buffer += receive(sock, deadline)
    return bytes(buffer[: end.start()]), bytes(buffer[end.end() :])


def receive(sock: socket.socket, deadline: Deadline) -> bytes:
    """Receive the next bytes. Raises ConnectionClosed at the end, TimedOut at the deadline."""
    sock.settimeout(deadline.remaining())
    chunk = sock.recv(_CHUNK_BYTES)
    if not chunk:
        raise ConnectionClosed
    return chunk


def _end_to_end(lines: list[bytes]) -> list[bytes]:
    return [line for line in lines if line.partition(b":")[0].strip().lower() not in _HOP_BY_HOP]


@dataclass(frozen=True)
class ParsedRequest:
    """A request of the browser to the proxy: for a CONNECT tunnel, or plain http."""

    url: str
    is_tunnel: bool
    head: bytes = b""  # to forward
    body: int = 0  # length of the body in bytes

    @classmethod
    def parse(cls, head: bytes) -> Self:
        """Parse a head. Raises MalformedMessage for anything but CONNECT and an absolute http URL."""
        first, *lines = _LINE_END.split(head)
        found = _REQUEST_LINE.fullmatch(first)
        if not found:
            raise MalformedMessage
        method, target = found[1], found[2].decode("latin-1")
        if method == b"CONNECT":
            return cls(f"https://{target}/", is_tunnel=True)
        origin = _ABSOLUTE_FORM.match(target)
        if not origin:
            raise MalformedMessage
        path = target[origin.end() :].partition("#")[0]
        path = path if path.startswith("/") else f"/{path}"
        request_line = f"{method.decode()} {path} HTTP/1.1".encode("latin-1")
        forwarded = [request_line, *_end_to_end(lines), b"Connection: close"]
        return cls(
            target, is_tunnel=False, head=b"\r\n".join(forwarded) + b"\r\n\r\n", body=_body_length(lines)
        )


def _body_length(lines: list[bytes]) -> int:
    fields = dict(line.lower().split(b":", 1) for line in lines if b":" in line)
    length = fields.get(b"content-length", b"0").strip()
    # Browsers send chunked request bodies over HTTP/2 only, which is inside a tunnel.
    if b"transfer-encoding" in fields or not length.isdigit() or len(length) > _MAX_LENGTH_DIGITS:
        raise MalformedMessage
    return int(length)


@dataclass
class Relay:
    """Relay bytes between browser and server until a side, the budget or the deadline ends."""

    client: socket.socket
    upstream: socket.socket
    record: ProxiedRequest
    budget: TrafficBudget
    deadline: Deadline

    def run(self, request: ParsedRequest, rest: bytes) -> None:
        """Relay a tunnel, or one request and its response; `rest` was read after the head."""
        if request.is_tunnel:
            self._write(self.client, b"HTTP/1.1 200 Connection established\r\n\r\n")
            self._send_up(rest)
            self._relay_both_ways()
            return
        self._send_up(request.head)
        self._send_body(request.body, rest)
        self._relay_response()

    def _send_body(self, length: int, rest: bytes) -> None:
        while length > 0:
            rest = rest or receive(self.client, self.deadline)
            # Only the bytes of the body: the next bytes may be a request to another host.
            self._send_up(rest[:length])
            length -= len(rest)
            rest = b""

    def _relay_response(self) -> None:
        head, rest = read_head(self.upstream, self.deadline)
        while head.startswith((b"HTTP/1.1 1", b"HTTP/1.0 1")):  # skip 100 and 103
            self._count_received(len(head))  # a server may send them without end
            head, rest = read_head(self.upstream, self.deadline, rest)
        if not head.startswith(b"HTTP/1."):
            raise MalformedMessage
        first, *lines = _LINE_END.split(head)
        forwarded = [first, *_end_to_end(lines), b"Connection: close"]
        self._send_down(b"\r\n".join(forwarded) + b"\r\n\r\n" + rest)
        self._relay_down()

    def _relay_down(self) -> None:
        while True:
            ready = self._wait_readable()
            if self.upstream in ready:
                self._send_down(receive(self.upstream, self.deadline))
            # The browser closed the connection or sends another request.
            elif self.client in ready:
                return

    def _relay_both_ways(self) -> None:
        while True:
            for sock in self._wait_readable():
                chunk = receive(sock, self.deadline)
                self._send_up(chunk) if sock is self.client else self._send_down(chunk)

    def _wait_readable(self) -> list[socket.socket]:
        poll = select.poll()
        sides = {sock.fileno(): sock for sock in (self.client, self.upstream)}
        for number in sides:
            # A closed socket has the number -1.
            if number < 0:
                raise ConnectionClosed
            poll.register(number, select.POLLIN)
        found = poll.poll(self.deadline.remaining() * 1000)
        return [sides[number] for number, _ in found]

    def _send_up(self, chunk: bytes) -> None:
        self.budget.count_bytes(len(chunk))
        self.record.sent += len(chunk)
        self._write(self.upstream, chunk)

    def _send_down(self, chunk: bytes) -> None:
        self._count_received(len(chunk))
        self._write(self.client, chunk)

    def _count_received(self, length: int) -> None:
        self.budget.count_bytes(length)
        self.record.received += length

    def _write(self, sock: socket.socket, chunk: bytes) -> None:
        sock.settimeout(self.deadline.remaining())
        sock.sendall(chunk)
