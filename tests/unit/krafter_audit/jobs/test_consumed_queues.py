"""A queue is consumed as long as a worker recorded it within the last minute, however busy that worker is."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest
from celery import current_app

from krafter_audit.db import redis_client
from krafter_audit.jobs import consumed_queues
from krafter_audit.jobs.queues import queue_has_consumers
from tests.waiting import eventually


@pytest.fixture(autouse=True)
def _no_records() -> Iterator[None]:
    yield
    for key in redis_client.connection().scan_iter(f"{consumed_queues.PREFIX}*"):
        redis_client.connection().delete(key)


def test_recorded_queue_is_consumed_for_a_minute() -> None:
    consumed_queues.record(redis_client.connection(), ["scan_http"])

    assert (queue_has_consumers("scan_http"), queue_has_consumers("scan_browser")) == (True, False)
    assert 0 < int(redis_client.connection().ttl(f"{consumed_queues.PREFIX}scan_http")) <= 60


def test_queue_counts_as_consumed_while_redis_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    unreachable = redis_client.create_client("redis://127.0.0.1:9/0")
    with monkeypatch.context() as patch:
        patch.setattr(redis_client, "connection", lambda: unreachable)

        assert consumed_queues.is_consumed("scan_browser") is None
        assert queue_has_consumers("scan_browser")


@pytest.mark.slow
def test_worker_that_is_too_busy_to_answer_still_consumes_its_queues() -> None:
    worker = [sys.executable, "-m", "celery", "-A", "krafter_audit", "worker", "--concurrency", "1"]
    worker += ["--without-gossip", "--without-mingle", "--queues", "scan_browser"]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(worker, env=os.environ, stdout=quiet, stderr=quiet) as process:
        try:
            assert eventually(lambda: queue_has_consumers("scan_browser"), seconds=60)
            process.send_signal(signal.SIGSTOP)

            assert current_app.control.inspect(timeout=1.0).active_queues() is None
            assert queue_has_consumers("scan_browser")
        finally:
            process.kill()
