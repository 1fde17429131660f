"""Several beats run without harm: one enqueues, another continues its schedule, and clocks may be wrong."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import redis
from django.conf import settings
from django.utils import timezone

from krafter_audit.celery import app
from krafter_audit.db import redis_client
from krafter_audit.jobs.beat_scheduler import LAST_RUNS, LEASE, TICK_SECONDS, LeasedScheduler

ROOT = Path(__file__).resolve().parents[4]
HOURLY = "operations.back_up"
SWEEP_SECONDS = 1
MAX_SECONDS = 100  # for what a busy machine does late
OBSERVED_SECONDS = 3.0
# The command of a beat, whose lease expires after a third of the seconds.
BEAT = """
from krafter_audit.celery import app
from krafter_audit.jobs import beat_scheduler
beat_scheduler.TICK_SECONDS, beat_scheduler.LEASE_SECONDS = 1.0, 5
app.start(["beat", "--pidfile="])
"""


@pytest.fixture(autouse=True)
def _no_lease() -> Iterator[None]:
    client = redis_client.create_client(settings.REDIS_URL)
    client.delete(LEASE, LAST_RUNS)
    yield
    client.delete(LEASE, LAST_RUNS)


@pytest.fixture
def enqueued(monkeypatch: pytest.MonkeyPatch, time_machine) -> list[str]:
    """Return the names of the jobs that schedulers of this process enqueue; the clock can be shifted."""
    time_machine.move_to(timezone.now())
    names: list[str] = []
    monkeypatch.setattr(
        LeasedScheduler, "apply_async", lambda self, entry, **options: names.append(entry.task)
    )
    return names


def run_due(scheduler: LeasedScheduler) -> None:
    """Call the scheduler until nothing is due."""
    while scheduler.tick() == 0:
        pass


def test_first_beat_runs_every_job_at_once_and_the_second_none(enqueued: list[str]) -> None:
    first, second = LeasedScheduler(app), LeasedScheduler(app)

    run_due(first)
    jobs = sorted(enqueued)
    run_due(second)

    assert jobs == sorted(app.conf.beat_schedule)
    assert len(enqueued) == len(jobs)
    assert second.tick() == TICK_SECONDS


def test_second_beat_continues_the_schedule_of_one_that_stopped(enqueued: list[str]) -> None:
    first, second = LeasedScheduler(app), LeasedScheduler(app)
    run_due(first)
    enqueued.clear()
    first.close()

    run_due(second)

    assert enqueued == []
    assert second.schedule[HOURLY].last_run_at == pytest.approx(timezone.now(), abs=timedelta(seconds=5))


def test_beat_that_was_paused_past_its_lease_enqueues_nothing(enqueued: list[str], time_machine) -> None:
    first, second = LeasedScheduler(app), LeasedScheduler(app)
    run_due(first)
    redis_client.create_client(settings.REDIS_URL).delete(LEASE)  # it has expired
    run_due(second)
    enqueued.clear()
    time_machine.shift(60)

    run_due(first)

    assert enqueued == []


@pytest.mark.parametrize("back", [timedelta(hours=1), timedelta(days=1)])
def test_clock_that_is_set_back_does_not_stop_the_schedule(
    back: timedelta, enqueued: list[str], time_machine
) -> None:
    scheduler = LeasedScheduler(app)
    run_due(scheduler)
    time_machine.shift(-back)
    run_due(scheduler)
    enqueued.clear()
    time_machine.shift(61)

    run_due(scheduler)

    assert "scans.requeue_pending" in enqueued
    assert "events.aggregate_counters" in enqueued
    assert HOURLY not in enqueued


def test_emptied_redis_changes_nothing_for_a_running_beat(enqueued: list[str], time_machine) -> None:
    scheduler = LeasedScheduler(app)
    run_due(scheduler)
    redis_client.create_client(settings.REDIS_URL).delete(LEASE, LAST_RUNS)
    enqueued.clear()
    time_machine.shift(11)

    run_due(scheduler)

    assert "scans.requeue_pending" in enqueued


def test_beat_waits_while_redis_is_unavailable(enqueued: list[str], settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    scheduler = LeasedScheduler(app)

    assert scheduler.tick() == TICK_SECONDS
    assert enqueued == []
    scheduler.close()


@pytest.fixture
def start_beat(tmp_path: Path) -> Iterator[Callable[[str], subprocess.Popen[bytes]]]:
    """Return a function that starts a beat as a process with its own log, and returns once it runs."""
    started = []

    def start(name: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-u", "-c", BEAT]
        env = os.environ | {"PYTHONPATH": str(ROOT), "KRAFTER_SWEEP_SECONDS": str(SWEEP_SECONDS)}
        path = tmp_path / name
        with path.open("wb") as log:
            started.append(subprocess.Popen(command, env=env, stdout=log, stderr=log, cwd=ROOT))
        wait_until(lambda: b"is starting" in path.read_bytes())
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait(5)


def wait_until(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + MAX_SECONDS
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def sweeps(client: redis.Redis) -> int:
    return sum(b"reports.requeue_pending" in message for message in client.lrange("celery", 0, -1))


def sweeps_are_enqueued_once(client: redis.Redis) -> bool:
    """Wait for a sweep, and observe those that follow; no more are enqueued than are due."""
    client.delete("celery")
    wait_until(lambda: sweeps(client) > 0)
    began = time.monotonic()
    client.delete("celery")
    wait_until(
        lambda: (
            sweeps(client) >= OBSERVED_SECONDS / SWEEP_SECONDS - 1
            and time.monotonic() - began >= OBSERVED_SECONDS
        )
    )
    found = sweeps(client)
    return found <= (time.monotonic() - began) / SWEEP_SECONDS + 1


@pytest.mark.slow
def test_two_processes_enqueue_each_job_once_and_the_second_takes_over(
    start_beat: Callable[[str], subprocess.Popen[bytes]],
) -> None:
    client = redis.Redis.from_url(settings.REDIS_URL)
    first = start_beat("first")
    wait_until(lambda: sweeps(client) > 0)
    second = start_beat("second")

    once = sweeps_are_enqueued_once(client)
    first.kill()
    first.wait(5)
    client.delete("celery")
    wait_until(lambda: sweeps(client) > 0)
    second.send_signal(signal.SIGTERM)
    ended = second.wait(MAX_SECONDS)

    assert (once, ended) == (True, 0)
    assert client.exists(LEASE) == 0
    client.delete("celery")
