"""A beat that may run several times: only the holder of a lease in Redis enqueues jobs."""

import logging
from datetime import UTC, datetime
from typing import Any

import redis
from celery.beat import ScheduleEntry, Scheduler
from django.conf import settings
from redis.exceptions import LockError

from krafter_audit.db import redis_client

logger = logging.getLogger(__name__)
LEASE, LAST_RUNS = "krafter:beat", "krafter:beat:last-runs"
LEASE_SECONDS = 15
TICK_SECONDS = 5.0  # two renewals may fail before the lease expires
NEVER = datetime(2000, 1, 1, tzinfo=UTC)


class LeasedScheduler(Scheduler):
    """Enqueue the jobs of the beat schedule while this process holds the lease."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._redis = redis_client.create_client(settings.REDIS_URL)
        self._lease = self._redis.lock(LEASE, timeout=LEASE_SECONDS, thread_local=False)
        self._leads = False
        super().__init__(*args, **kwargs)
        self.max_interval = TICK_SECONDS  # type: ignore[assignment]  # any number of seconds

    def tick(self, **kwargs: Any) -> float:  # type: ignore[override]  # its parameters are for its own tests
        """Enqueue the next due job; return the seconds until the next call."""
        try:
            if not self._hold_lease():
                return TICK_SECONDS
        except redis.RedisError as error:
            # The queue is in the same server, so nothing can be enqueued.
            logger.warning("beat waits: Redis is unavailable: %s", type(error).__name__)
            return TICK_SECONDS
        if self._correct_future_runs():
            self.populate_heap()
        return float(super().tick(**kwargs))

    def reserve(self, entry: ScheduleEntry) -> ScheduleEntry:  # type: ignore[override]  # the stub is wrong
        reserved: ScheduleEntry = super().reserve(entry)  # type: ignore[assignment]  # as above
        try:
            # In Redis, so that another process continues the schedule, and no disk is needed.
            self._redis.hset(LAST_RUNS, str(entry.name), str(_last_run(reserved).timestamp()))
        except redis.RedisError:
            logger.warning("beat could not store the run of %s", entry.name)
        return reserved

    def close(self) -> None:
        try:
            self._lease.release()
        except (redis.RedisError, LockError):
            logger.debug("the lease of beat was not held")
        super().close()

    def _hold_lease(self) -> bool:
        was_leader, self._leads = self._leads, False
        try:
            self._lease.reacquire()
        except LockError:  # the lease was never acquired, or is lost
            if was_leader:
                logger.warning("beat has lost its lease")
            if not self._lease.acquire(blocking=False):
                return False
            was_leader = False
        if not was_leader:
            self._continue_schedule()
            logger.info("beat enqueues the scheduled jobs")
        self._leads = True
        return True

    def _continue_schedule(self) -> None:
        """Set each entry to its last run by any process, or to due."""
        stored: dict[bytes, bytes] = self._redis.hgetall(LAST_RUNS)  # type: ignore[assignment]  # the stub may be of an asynchronous client
        for entry in self.schedule.values():
            last_run = stored.get(str(entry.name).encode())
            entry.last_run_at = datetime.fromtimestamp(float(last_run), UTC) if last_run else NEVER
        self.populate_heap()

    def _correct_future_runs(self) -> bool:
        # Times that were stored before a clock was set back: the jobs would not be due until then.
        future = [entry for entry in self.schedule.values() if _last_run(entry) > entry.default_now()]
        for entry in future:
            entry.last_run_at = entry.default_now()
        return bool(future)


def _last_run(entry: ScheduleEntry) -> datetime:
    return entry.last_run_at or NEVER
