"""How the tests run a server on loopback: it ends when it is told to, not when it next looks."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from socketserver import TCPServer


@contextmanager
def running(server: TCPServer) -> Iterator[None]:
    """Let the server answer while the block runs."""
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield
    finally:
        # Wakes the thread that waits for a client; where a system does not, it looks twice a second by itself.
        with suppress(OSError):
            server.socket.shutdown(socket.SHUT_RDWR)
        server.shutdown()
        server.server_close()
        thread.join()
