"""Hostile clients keep as many connections open as configured, whatever the server does."""

import os
import socket
from pathlib import Path

import pytest

from devtools.benchmark.hostile_clients import ClientKind, HostileClients, temporary_megabytes
from tests.waiting import eventually


@pytest.mark.slow
def test_closed_connections_are_opened_again() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        with HostileClients(port, ClientKind("slow bodies", 2, opening=b"POST", each_second=b"x")) as clients:
            clients.wait_until_open()
            first, second = listener.accept()[0], listener.accept()[0]
            first.close()
            third = listener.accept()[0]
            received = second.recv(5, socket.MSG_WAITALL), third.recv(4, socket.MSG_WAITALL)

            assert received == (b"POSTx", b"POST")
            assert eventually(lambda: (clients.open.value, clients.closed_by_server.value) == (2, 1))


@pytest.mark.slow
def test_readers_are_open_once_they_have_read() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        with HostileClients(port, ClientKind("slow readers", 1, opening=b"GET", reads=True)) as clients:
            connection = listener.accept()[0]
            connection.recv(3)
            before = clients.open.value
            connection.sendall(b"x" * 2000)
            clients.wait_until_open()

            assert (before, clients.open.value) == (0, 1)


def test_deleted_files_that_are_open_are_measured(tmp_path: Path) -> None:
    path = tmp_path / "large"
    before = temporary_megabytes(os.getpid())
    with path.open("wb") as file:
        file.write(b"x" * 3_000_000)
        file.flush()
        path.unlink()

        assert round(temporary_megabytes(os.getpid()) - before) == 3
