"""Lists and exports may read a replica: one that is not far behind, and has what its reader has just written.

Positions are places in PostgreSQL's log (WAL), in bytes. Each process asks both servers once a second: the replica has
all that the primary had when it was at a place which the replica has replayed by now. That is how old its answers are,
without privileges and whether or not anything is written.

Whoever writes leaves the primary's position in Redis, for the organisation. A replica that has not replayed it is not
read by them. Without Redis nobody reads a replica.
"""

import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar, Token
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, InterfaceError, OperationalError, connections

from krafter_audit.db import redis_client

ALIAS = "replica"
LOOK_EVERY = 1.0  # seconds
REST_AFTER_FAILURE = 10.0  # seconds in which a replica that is away is not asked again
REMEMBERED = 600  # seconds for which a write is; no replica that is further behind is read at all

PRIMARY = "SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint"
REPLAYED = "SELECT pg_wal_lsn_diff(pg_last_wal_replay_lsn(), '0/0')::bigint"

_reading: ContextVar[bool] = ContextVar("reading a replica", default=False)


class Router:
    """Reads go to the replica where they were allowed to; everything else goes to the primary."""

    def db_for_read(self, model: Any, **hints: Any) -> str:
        """Return where to read."""
        return ALIAS if _reading.get() else DEFAULT_DB_ALIAS

    def db_for_write(self, model: Any, **hints: Any) -> str:
        """Return where to write."""
        return DEFAULT_DB_ALIAS

    def allow_relation(self, one: Any, other: Any, **hints: Any) -> bool:
        """Rows of both are rows of one database."""
        return True

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        """Tables are made on the primary, and follow."""
        return db == DEFAULT_DB_ALIAS


class Watch:
    """How far the replica has come, as this process knows."""

    def __init__(self) -> None:
        self.seen: deque[tuple[int, float]] = deque(maxlen=300)  # where the primary was, and when
        self.replayed, self.as_of, self.next_look = 0, 0.0, 0.0
        self.looking = threading.Lock()

    def has(self, position: int) -> bool:
        """Tell whether the replica has replayed `position` and is as fresh as the settings want it."""
        if time.monotonic() >= self.next_look and self.looking.acquire(blocking=False):
            try:
                self._look()
            finally:
                self.looking.release()
        fresh = time.monotonic() - self.as_of <= settings.KRAFTER_REPLICA_LAG_SECONDS
        return fresh and self.replayed >= position

    def rest(self) -> None:
        """Leave the replica alone for a while."""
        self.as_of, self.next_look = 0.0, time.monotonic() + REST_AFTER_FAILURE
        self.seen.clear()

    def _look(self) -> None:
        now = time.monotonic()
        self.next_look = now + LOOK_EVERY
        try:
            replayed = position(ALIAS, REPLAYED)
        except (OperationalError, InterfaceError):
            self.rest()
            return
        self.replayed = replayed
        while self.seen and self.seen[0][0] <= replayed:
            self.as_of = self.seen.popleft()[1]
        self.seen.append((position(DEFAULT_DB_ALIAS, PRIMARY), now))


watch = Watch()


def position(alias: str = DEFAULT_DB_ALIAS, question: str = PRIMARY) -> int:
    """Return where a server is in the log."""
    with connections[alias].cursor() as cursor:
        cursor.execute(question)
        return int(cursor.fetchone()[0] or 0)


def there() -> bool:
    """Whether there is a replica at all."""
    return ALIAS in settings.DATABASES


def wrote(organization_id: UUID) -> None:
    """Note that the organisation has just written: its reads wait for the replica to have it."""
    if there():
        place = position()
        redis_client.call_or_default(
            lambda server: server.set(_key(organization_id), place, ex=REMEMBERED), None
        )


def begin(organization_id: UUID) -> Token[bool] | None:
    """Let this thread read the replica if it has all that the organisation wrote; `end` what it returns."""
    if not there():
        return None
    written = redis_client.call_or_default(lambda server: server.get(_key(organization_id)) or b"0", None)
    return _reading.set(True) if written is not None and watch.has(int(written)) else None


def end(token: Token[bool]) -> None:
    """Read the primary again."""
    _reading.reset(token)


@contextmanager
def of_now() -> Iterator[None]:
    """Read the replica for a while, if it has everything that the primary has at this moment."""
    token = _reading.set(True) if there() and watch.has(position()) else None
    try:
        yield
    finally:
        if token:
            end(token)


def _key(organization_id: UUID) -> str:
    return f"krafter:wrote:{organization_id}"
