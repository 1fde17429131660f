"""A server that stops responding is noticed; a slow query is not mistaken for one."""

import contextlib
import selectors
import socket
import threading
import time
from collections.abc import Iterator

import psycopg
import pytest
from django.db import connection

from krafter_audit.db import responsive_connection
from krafter_audit.db.responsive_connection import (
    TRUSTED_SECONDS,
    ResponsiveConnection,
    ServerUnresponsive,
    check_connection,
)


class Relay:
    """Forwards connections to the tests' PostgreSQL until it is frozen: then it accepts and forwards nothing."""

    def __init__(self, socket_path: str) -> None:
        self._socket_path = socket_path
        self.frozen = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._sockets = [self._listener]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.socket(socket.AF_UNIX)
            server.connect(self._socket_path)
            self._sockets += [client, server]
            threading.Thread(target=self._forward, args=(client, server), daemon=True).start()

    def _forward(self, client: socket.socket, server: socket.socket) -> None:
        other = {client: server, server: client}
        with selectors.DefaultSelector() as selector:
            for endpoint in other:
                selector.register(endpoint, selectors.EVENT_READ)
            while not self.frozen.is_set():
                for key, _ in selector.select(timeout=0.05):
                    source = key.fileobj
                    assert isinstance(source, socket.socket)
                    try:
                        data = source.recv(65536)
                        other[source].sendall(data)
                    except OSError:
                        return
                    if not data:
                        return

    def close(self) -> None:
        """Close every socket."""
        for endpoint in self._sockets:
            with contextlib.suppress(OSError):
                endpoint.shutdown(socket.SHUT_RDWR)
            endpoint.close()


@pytest.fixture
def relay(db: None) -> Iterator[Relay]:
    connection.ensure_connection()
    relay = Relay(f"{connection.connection.info.host}/.s.PGSQL.{connection.connection.info.port}")
    yield relay
    relay.close()


@pytest.fixture
def connected(relay: Relay, monkeypatch: pytest.MonkeyPatch) -> Iterator[ResponsiveConnection]:
    monkeypatch.setattr(responsive_connection, "SILENT_SECONDS", 0.3)
    info = connection.connection.info
    opened = ResponsiveConnection.connect(
        host="127.0.0.1",
        port=relay.port,
        dbname=info.dbname,
        user=info.user,
        password=info.password,
        autocommit=True,
    )
    yield opened
    opened.close()


@pytest.mark.slow
def test_frozen_server_closes_the_connection_within_seconds(connected: ResponsiveConnection, relay: Relay):
    connected.execute("SELECT 1")
    relay.frozen.set()
    started = time.monotonic()

    with pytest.raises(ServerUnresponsive):
        connected.execute("SELECT 1")

    assert time.monotonic() - started < 4
    assert connected.closed


@pytest.mark.slow
def test_slow_statement_is_not_interrupted(connected: ResponsiveConnection):
    row = connected.execute("SELECT pg_sleep(0.7)::text, 7").fetchone()

    assert row == ("", 7)


def test_error_of_a_statement_is_raised_unchanged(connected: ResponsiveConnection):
    connected.execute("SET statement_timeout = 100")

    with pytest.raises(psycopg.errors.QueryCanceled):
        connected.execute("SELECT pg_sleep(5)")

    assert not connected.closed


def test_lost_connection_is_raised_unchanged(connected: ResponsiveConnection, relay: Relay):
    connected.execute("SELECT 1")
    relay.close()

    with pytest.raises(psycopg.OperationalError) as raised:
        connected.execute("SELECT 1")

    assert not isinstance(raised.value, ServerUnresponsive)


def test_connection_that_has_just_responded_is_trusted_without_a_query(
    connected: ResponsiveConnection, relay: Relay
):
    connected.execute("SELECT 1")
    relay.frozen.set()

    check_connection(connected)

    assert not connected.closed


def test_connection_that_was_idle_for_a_second_is_checked(connected: ResponsiveConnection, relay: Relay):
    connected.execute("SELECT 1")
    connected.responded_at -= TRUSTED_SECONDS
    relay.close()

    with pytest.raises(psycopg.OperationalError):
        check_connection(connected)
