"""Django's PostgreSQL backend; a kept connection is looked at before it is used, and not asked.

Django's own check sends a statement with every request. A server that has gone away has closed its end of the
socket, which can be seen from here.
"""

import select
from typing import Any

import psycopg
from django.db.backends.postgresql import base


class PreparedCursor(base.CursorMixin, psycopg.Cursor[Any]):
    """Sends a statement and its parameters apart, prepared: the server plans it once a connection."""

    def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
        """Execute; the same text is prepared at its first time."""
        return super().execute(query, params, prepare=True, **options)


class DatabaseWrapper(base.DatabaseWrapper):
    """The backend that the settings name."""

    def is_usable(self) -> bool:
        """Tell whether the connection can be used; the server is asked only when it has sent something unasked."""
        connection: psycopg.Connection[Any] | None = self.connection
        if connection is None or connection.closed:
            return False
        return is_silent(connection) or super().is_usable()

    def prepared_cursor(self) -> Any:
        """Return a cursor for statements of a fixed text; it is logged and counted like any other."""
        self.close_if_health_check_failed()
        self.ensure_connection()
        with self.wrap_database_errors:
            return self._prepare_cursor(PreparedCursor(self.connection))  # type: ignore[attr-defined]  # not in the stubs


def is_silent(connection: "psycopg.Connection[Any]") -> bool:
    """Tell whether nothing is to be read from the server: neither its end nor a message."""
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return not poll.poll(0)


def check(connection: "psycopg.Connection[Any]") -> None:
    """Refuse a pooled connection whose server has gone (psycopg_pool's `check`). Raises OperationalError."""
    if not is_silent(connection):
        connection.execute("")
