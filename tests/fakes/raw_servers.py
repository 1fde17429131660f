"""Remote servers on loopback, and a name server whose answers a test sets."""

import socket
import ssl
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

# A TLS record full of HelloRequest messages, which a client skips while it waits for the handshake.
HELLO_REQUESTS = b"\x16\x03\x03\x40\x00" + bytes(16384)

type Responder = Callable[[socket.socket, bytes], None]


def answer(
    body: bytes = b"hello", *, status: str = "200 OK", headers: Sequence[str] = (), length: int | None = None
) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}", *headers]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def sends(raw: bytes) -> Responder:
    return lambda connection, _request: connection.sendall(raw)


def redirects(location: str, status: str = "302 Found") -> Responder:
    return sends(answer(b"", status=status, headers=[f"Location: {location}"]))


def sends_repeatedly(piece: bytes, opening: bytes = b"", *, every: float = 0.0) -> Responder:
    """Send the piece repeatedly until the client closes the connection."""
    pause = threading.Event()

    def respond(connection: socket.socket, _request: bytes) -> None:
        connection.sendall(opening)
        while True:
            connection.sendall(piece)
            pause.wait(every)

    return respond


def by_path(**responders: Responder) -> Responder:
    """Choose the responder by the path: `by_path(a=…)` is for /a."""

    def respond(connection: socket.socket, request: bytes) -> None:
        path = request.split(b" ", 2)[1].decode().partition("?")[0].removeprefix("/")
        responders[path](connection, request)

    return respond


@dataclass
class Server:
    """Records each connection and each request, calls `respond` and closes the connection."""

    respond: Responder = field(default_factory=lambda: sends(answer()))
    host: str = "127.0.0.1"
    tls: ssl.SSLContext | None = None
    connections: int = 0
    requests: list[bytes] = field(default_factory=list)
    sockets: list[socket.socket] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._listener = _listener(self.host)
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)  # wakes the thread that accepts
        self._listener.close()
        for sock in self.sockets:
            sock.close()

    @property
    def url(self) -> str:
        return f"{'https' if self.tls else 'http'}://{self.host}:{self.port}"

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self.sockets.append(connection)
            threading.Thread(target=self._serve, args=[connection], daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            connection.settimeout(10)
            if self.tls:
                connection = self.tls.wrap_socket(connection, server_side=True)
            with connection:
                request = _request(connection)
                self.requests.append(request)
                self.respond(connection, request)
        except (OSError, ssl.SSLError):
            connection.close()


def _listener(host: str) -> socket.socket:
    if host == "::":  # every address of this machine, of both families
        return socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, 0), family=family)


def _request(connection: socket.socket) -> bytes:
    received = b""
    while b"\r\n\r\n" not in received:
        piece = connection.recv(65536)
        received += piece
        if not piece or received.startswith(b"\x16"):  # closed, or a TLS handshake where none is served
            return received
    head, _, body = received.partition(b"\r\n\r\n")
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            while len(body) < int(line.partition(b":")[2]):
                body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


@dataclass
class Dns:
    """Fakes getaddrinfo: a name has one list of addresses, or several, given out one after the other."""

    names: dict[str, list[list[str]]] = field(default_factory=dict)
    queried: list[str] = field(default_factory=list)

    def set(self, name: str, *answers: list[str]) -> None:
        self.names[name] = list(answers)

    def getaddrinfo(self, host: str, port: int | None, *args: Any, **kwargs: Any) -> list[Any]:
        self.queried.append(host)
        if host not in self.names:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        answers = self.names[host]
        addresses = answers.pop(0) if len(answers) > 1 else answers[0]
        return [_entry(address, port or 0) for address in addresses]


def _entry(address: str, port: int) -> tuple[Any, ...]:
    if ":" in address:
        return (socket.AF_INET6, socket.SOCK_STREAM, 6, "", (address, port, 0, 0))
    return (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))
