import time
from collections.abc import Iterator
from datetime import timedelta

import redis
from celery import current_app
from django.conf import settings
from django.template.defaultfilters import pluralize
from django.utils import timezone
from kombu.exceptions import OperationalError

from krafter_audit.api.throttling import unchecked_requests
from krafter_audit.db import redis_client
from krafter_audit.jobs import worker_clock
from krafter_audit.jobs.beat_scheduler import LEASE
from krafter_audit.jobs.consumed_queues import find_consumed
from krafter_audit.jobs.queues import BROWSER_QUEUES, DEFAULT_QUEUES, QUEUES
from operations import runs
from operations.backups.programs import find_program, server_major_version
from operations.doctor.database import MAX_CLOCK_SKEW_SECONDS
from operations.doctor.diagnosis import Diagnosis, ok, problem, warning
from operations.errors import OperationFailed
from operations.models import Backup, RestoreDrill, Run
from operations.queues import pending_work, queue_lengths

MAX_AGE_SECONDS = 900.0  # of the oldest pending row
INSPECTION_SECONDS = 2.0


def queues() -> Iterator[Diagnosis]:
    """The messages in each queue."""
    try:
        for queue, length in queue_lengths().items():
            yield ok("queue", f"{queue}: {length} message{pluralize(length)}", queue=queue, messages=length)
    except redis.RedisError as error:
        text = f"Redis does not answer: {type(error).__name__}. Check that it runs, and REDIS_URL"
        yield problem("queue", text)


def pending() -> Iterator[Diagnosis]:
    """The age of the oldest pending row of each kind."""
    for work in pending_work():
        if work.rows:
            diagnose = problem if work.age_seconds > MAX_AGE_SECONDS else ok
            rows = f"{work.rows} row{pluralize(work.rows)}"
            text = f"{work.kind}: {rows}, the oldest has waited for {work.age_seconds:.0f} s"
            yield diagnose(
                "pending", text, kind=work.kind, rows=work.rows, oldest_seconds=round(work.age_seconds)
            )


def workers() -> Iterator[Diagnosis]:
    """Whether workers consume every queue, and whose clock is wrong."""
    try:
        found = _worker_clocks()
        # A busy worker answers too late for the inspection, which names the workers; its record is still there.
        with redis_client.create_client(settings.REDIS_URL) as server:
            consumed = find_consumed(server, QUEUES)
    except (OperationalError, OSError, redis.RedisError) as error:
        yield problem("workers", f"the broker does not answer: {type(error).__name__}")
        return
    missing = [queue for queue in DEFAULT_QUEUES if queue not in consumed]
    if missing:
        text = f"none consumes {', '.join(missing)}. Start one with --queues {','.join(missing)}"
        yield problem("workers", text, workers=sorted(found), missing=missing)
        return
    answered = (
        f"{len(found)} answered: {', '.join(sorted(found))}" if found else "all are busy, none answered"
    )
    yield ok("workers", answered, workers=sorted(found), missing=[])
    yield from _wrong_clocks(found)
    without_browser = [queue for queue in BROWSER_QUEUES if queue not in consumed]
    if without_browser:
        yield warning(
            "workers",
            "none with a browser consumes every queue: checks that need one are inconclusive",
            missing=without_browser,
        )


def _worker_clocks() -> dict[str, float]:
    """Return the workers that answer, and the seconds by which the clock of each differs at least from this one's."""
    before = time.time()
    answers = (
        current_app.control.broadcast(worker_clock.COMMAND, reply=True, timeout=INSPECTION_SECONDS) or []
    )
    after = time.time()
    return {
        name: clock - min(max(clock, before), after) for answer in answers for name, clock in answer.items()
    }


def _wrong_clocks(differences: dict[str, float]) -> Iterator[Diagnosis]:
    for name, seconds in sorted(differences.items()):
        if abs(seconds) > MAX_CLOCK_SKEW_SECONDS:
            text = f"that of {name} differs by {seconds:+.0f} s: synchronise the clock of its machine"
            yield problem("clock", text, server=name, seconds=round(seconds, 3))


def rate_limits() -> Iterator[Diagnosis]:
    """Whether requests are limited, and were within a day: without Redis, or where it refuses writes, they pass."""
    try:
        with redis_client.create_client(settings.REDIS_URL) as server:
            redis_client.require_writes(server)
            found = unchecked_requests.find(server)
    except redis.RedisError as error:
        yield problem("rate limits", f"requests are not limited: Redis fails with {type(error).__name__}")
        return
    if found:
        text = (
            f"{found.number} requests passed without a limit, the last at {found.last_at:%Y-%m-%d %H:%M} UTC"
        )
        yield warning("rate limits", f"{text}: Redis did not answer", unchecked=found.number)
    else:
        yield ok("rate limits", "every request of the last day was checked", unchecked=0)


def beat() -> Iterator[Diagnosis]:
    """Whether a beat holds the lease and enqueues the scheduled jobs."""
    try:
        with redis_client.create_client(settings.REDIS_URL) as server:
            runs_somewhere = server.exists(LEASE)
    except redis.RedisError as error:
        yield problem("beat", f"Redis does not answer: {type(error).__name__}")
        return
    if runs_somewhere:
        yield ok("beat", "runs")
    else:
        yield problem("beat", "none runs: scheduled jobs and sweeps are not enqueued. Start it")


def backups() -> Iterator[Diagnosis]:
    """The age of the newest backup and the result of the last drill."""
    yield _last("backup", Backup, settings.KRAFTER_BACKUP_HOURS)
    yield _last("drill", RestoreDrill, settings.KRAFTER_DRILL_HOURS if settings.KRAFTER_DRILL_URL else 0)
    if settings.KRAFTER_BACKUP_HOURS:
        try:
            path = find_program("pg_dump", server_major_version())
            yield ok("pg_dump", path)
        except OperationFailed as error:
            yield problem("pg_dump", str(error))


def _last(subject: str, model: type[Run], hours: int) -> Diagnosis:
    last, good = runs.last_finished(model), runs.last_finished(model, succeeded=True)
    if last and last.error:
        return problem(subject, f"the last one failed: {last.error}", error=last.error)
    if good is None:
        diagnose = problem if hours else warning
        return diagnose(subject, "there is none yet", age_seconds=None)
    age = timezone.now() - good.created_at
    late = bool(hours) and age > timedelta(hours=2 * hours)
    text = f"{good.path}, {age.total_seconds() / 3600:.1f} hours ago" + (
        f"; every {hours} hours are due" if late else ""
    )
    return (problem if late else ok)(subject, text, path=good.path, age_seconds=round(age.total_seconds()))
