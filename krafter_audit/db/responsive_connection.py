"""A PostgreSQL connection that notices a server that stopped responding."""

import time
from typing import Any, TypeVar

import psycopg
from psycopg.abc import PQGen
from psycopg.pq import TransactionStatus
from psycopg_pool import ConnectionPool

SILENT_SECONDS = 4.0  # without a response; then a new connection is tried
PROBE_SECONDS = 2  # libpq's minimum
# For this long after a response, a pooled connection is not checked, which saves one of two round trips of a read.
TRUSTED_SECONDS = 1.0

T = TypeVar("T")


class ServerUnresponsive(psycopg.OperationalError):
    """The server does not respond, and does not accept a new connection either."""


class ResponsiveConnection(psycopg.Connection[Any]):
    """Raises ServerUnresponsive, and closes itself, when the server stops responding."""

    responded_at = 0.0  # on the monotonic clock

    def wait(self, gen: PQGen[T], interval: float = 0.1, timeout: float | None = None) -> T:
        """Wait for the server's response as psycopg does; without a timeout, as long as the server is alive."""
        if timeout is not None:
            return super().wait(gen, interval, timeout)
        while True:
            try:
                # The kernel of a frozen server still acknowledges packets, so that `tcp_user_timeout` does
                # not expire.
                response = super().wait(gen, interval, SILENT_SECONDS)
                self.responded_at = time.monotonic()
                return response
            except psycopg.OperationalError:
                # The status is ACTIVE only after a timeout, and not after an error or the loss of the server.
                if self.pgconn.transaction_status != TransactionStatus.ACTIVE:
                    raise
            # The query may only be slow, so a new connection decides.
            if not self._server_accepts_connections():
                self.pgconn.finish()
                raise ServerUnresponsive("The database server does not respond.")

    def _server_accepts_connections(self) -> bool:
        try:
            psycopg.connect(self.info.dsn, password=self.info.password, connect_timeout=PROBE_SECONDS).close()
        except psycopg.OperationalError as error:
            return "too many clients" in str(error)  # this response shows that the server is alive
        return True


def check_connection(connection: ResponsiveConnection) -> None:
    """Raise psycopg.OperationalError if a pooled connection is closed; a recently used one is not checked."""
    if time.monotonic() - connection.responded_at > TRUSTED_SECONDS:
        ConnectionPool.check_connection(connection)
