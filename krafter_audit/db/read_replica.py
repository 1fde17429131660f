"""Read from a replica that is fresh enough and has the reader's own writes."""

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
POLL_SECONDS = 1.0
RETRY_COOLDOWN_SECONDS = 10.0  # after a failure the replica is not polled for this long
# A write stores the primary's position in Redis for its organisation, which reads the primary until the replica has
# replayed that position. Without Redis the replica is not read.
WRITE_POSITION_TTL_SECONDS = 600  # a replica that is further behind is not read at all

# Byte offsets in the WAL. The replica is as fresh as the newest polled position of the primary that it has replayed:
# unlike pg_last_xact_replay_timestamp() this works without writes, and needs no privileges.
PRIMARY_POSITION = "SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint"
REPLAYED_POSITION = "SELECT pg_wal_lsn_diff(pg_last_wal_replay_lsn(), '0/0')::bigint"

_reading: ContextVar[bool] = ContextVar("reading a replica", default=False)


class Router:
    """Route reads to the replica where `start_reading` allowed it."""

    def db_for_read(self, model: Any, **hints: Any) -> str:
        return ALIAS if _reading.get() else DEFAULT_DB_ALIAS

    def db_for_write(self, model: Any, **hints: Any) -> str:
        return DEFAULT_DB_ALIAS

    def allow_relation(self, obj1: Any, obj2: Any, **hints: Any) -> bool:
        return True  # both aliases are the same database

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        return db == DEFAULT_DB_ALIAS  # the replica follows


class ReplicaMonitor:
    """The replica's progress as this process has last polled it."""

    def __init__(self) -> None:
        # Positions of the primary that the replica has not replayed, each with the time of its poll.
        self.pending: deque[tuple[int, float]] = deque(maxlen=300)
        self.replayed, self.fresh_at, self.next_poll = 0, 0.0, 0.0
        self.polling = threading.Lock()

    def has_replayed(self, position: int) -> bool:
        """Return whether the replica has replayed `position` and is within KRAFTER_REPLICA_LAG_SECONDS."""
        # One thread polls; the others read its last result and do not wait.
        if time.monotonic() >= self.next_poll and self.polling.acquire(blocking=False):
            try:
                self._poll()
            finally:
                self.polling.release()
        is_fresh = time.monotonic() - self.fresh_at <= settings.KRAFTER_REPLICA_LAG_SECONDS
        return is_fresh and self.replayed >= position

    def back_off(self) -> None:
        self.fresh_at, self.next_poll = 0.0, time.monotonic() + RETRY_COOLDOWN_SECONDS
        self.pending.clear()

    def _poll(self) -> None:
        now = time.monotonic()
        self.next_poll = now + POLL_SECONDS
        try:
            replayed = wal_position(ALIAS, REPLAYED_POSITION)
        except (OperationalError, InterfaceError):
            self.back_off()
            return
        self.replayed = replayed
        while self.pending and self.pending[0][0] <= replayed:
            self.fresh_at = self.pending.popleft()[1]
        self.pending.append((wal_position(DEFAULT_DB_ALIAS, PRIMARY_POSITION), now))


monitor = ReplicaMonitor()


def wal_position(alias: str = DEFAULT_DB_ALIAS, query: str = PRIMARY_POSITION) -> int:
    with connections[alias].cursor() as cursor:
        cursor.execute(query)
        return int(cursor.fetchone()[0] or 0)


def lag_bytes() -> int:
    """Return how far the replica is behind. Raises DatabaseError."""
    return max(0, wal_position() - wal_position(ALIAS, REPLAYED_POSITION))


def is_configured() -> bool:
    return ALIAS in settings.DATABASES


def record_write(organization_id: UUID) -> None:
    if is_configured():
        position = wal_position()
        redis_client.call_or_default(
            lambda server: server.set(_key(organization_id), position, ex=WRITE_POSITION_TTL_SECONDS), None
        )


def start_reading(organization_id: UUID) -> Token[bool] | None:
    """Read from the replica if it has the organisation's writes; return a token for `stop_reading`."""
    if not is_configured():
        return None
    written = redis_client.call_or_default(lambda server: server.get(_key(organization_id)) or b"0", None)
    return _reading.set(True) if written is not None and monitor.has_replayed(int(written)) else None


def stop_reading(token: Token[bool]) -> None:
    _reading.reset(token)


@contextmanager
def reading_current_state() -> Iterator[None]:
    """Read from the replica within the block, if it has all that the primary has now."""
    token = _reading.set(True) if is_configured() and monitor.has_replayed(wal_position()) else None
    try:
        yield
    finally:
        if token:
            stop_reading(token)


def _key(organization_id: UUID) -> str:
    return f"krafter:wrote:{organization_id}"
