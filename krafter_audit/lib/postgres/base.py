"""Django's PostgreSQL backend; a kept connection is looked at before it is used, and not asked.

Django's own check sends a statement with every request. A server that has gone away has closed its end of the
socket, which can be seen from here.
"""

import select
from collections import deque
from threading import Lock
from typing import Any, ClassVar

import psycopg
from django.db.backends.postgresql import base
from psycopg._preparing import Prepare, PrepareManager


class PreparedCursor(base.CursorMixin, psycopg.Cursor[Any]):
    """Sends a statement and its parameters apart, prepared: the server plans it once a connection."""

    def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
        """Execute; the same text is prepared at its first time."""
        return super().execute(query, params, prepare=True, **options)


class OnlyPrepared(PrepareManager):
    """What a connection remembers of its statements: those that are prepared, and no text of any other.

    The library counts every text, to prepare what comes often. With the values written into it each text is new, so a
    connection would keep its last hundred, the half megabyte of a bulk and the values of other people among them.
    """

    def maybe_add_to_cache(self, query: Any, prep: Prepare, name: bytes) -> Any:
        """Return what the answer is to be looked at by: a DROP or a ROLLBACK makes void what is prepared."""
        return self.key(query) if prep is Prepare.NO else super().maybe_add_to_cache(query, prep, name)


class Stack(deque[Any]):
    """Connections that wait to be used: the one that came back last goes out first.

    The pool's own queue takes each in turn, so that all of them are kept open by little work, each with its own
    plans to make and its own buffer as large as the largest bulk.
    """

    popleft = deque.pop


class DatabaseWrapper(base.DatabaseWrapper):
    """The backend that the settings name."""

    _connection_pools: ClassVar[
        dict[str, Any]
    ] = {}  # for each alias; Django's own is shared with no other backend
    _making_a_pool = Lock()

    @property
    def pool(self) -> Any:
        """The process's pool of connections to this database, or None where it has none."""
        if self.alias in self._connection_pools:
            return self._connection_pools[self.alias]
        with self._making_a_pool:
            pool = super().pool
            if pool is not None and not isinstance(pool._pool, Stack):
                pool._pool = Stack(pool._pool)  # not open yet: nothing is in it
            return pool

    def _configure_connection(self, connection: "psycopg.Connection[Any]") -> Any:
        """Set a new connection up, before its first statement."""
        remembered = OnlyPrepared()
        remembered.prepare_threshold = connection.prepare_threshold
        connection._prepared = remembered
        return super()._configure_connection(connection)  # type: ignore[misc]  # not in the stubs

    def _set_autocommit(self, autocommit: bool) -> None:
        """Set it where it is not so already, as on a connection that comes from the pool."""
        if self.connection.autocommit != autocommit:
            super()._set_autocommit(autocommit)  # type: ignore[misc]  # not in the stubs

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
