"""Run a server on loopback, which ends at once when the block ends."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from socketserver import TCPServer, UDPServer


@contextmanager
def running(server: TCPServer | UDPServer) -> Iterator[None]:
    """Let the server answer while the block runs."""
    ended = threading.Event()
    thread = threading.Thread(target=_answer, args=(server, ended), daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        with socket.socket(server.address_family, server.socket_type) as last_client:  # ends its accept()
            last_client.connect(server.socket.getsockname())
            last_client.send(b"")
            thread.join()
        server.server_close()


def _answer(server: TCPServer | UDPServer, ended: threading.Event) -> None:
    while not ended.is_set():
        with suppress(OSError):  # a client that hung up before it was accepted
            request, client = server.get_request()
            if ended.is_set():
                server.close_request(request)
            else:
                server.process_request(request, client)
