"""Jobs are enqueued by name, in bounded time whatever the broker does."""

import json
import logging
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
import structlog
from celery import Celery
from django.conf import settings
from django.db import connection

from assurance import jobs as assurance_jobs
from integrations import jobs as integrations_jobs
from krafter_audit.celery import app
from krafter_audit.db import redis_client
from krafter_audit.jobs import consumed_queues, queues
from krafter_audit.jobs.queues import LOW_PRIORITY, enqueue
from notifications import jobs as notifications_jobs
from operations.queues import queue_lengths
from remediation import jobs as remediation_jobs
from reports import jobs as reports_jobs
from scans import jobs as scans_jobs

QUEUES = (
    "celery", "sync", "webhook", "export", "scan_http", "scan_browser", "verify_http", "verify_browser",
)  # fmt: skip
QUEUE_OF_JOB = {
    scans_jobs.verify_site: "celery",
    scans_jobs.run_scan: "scan_http",
    scans_jobs.run_scan_in_browser: "scan_browser",
    remediation_jobs.run_verification: "verify_http",
    remediation_jobs.finish_without_browser: "verify_http",
    remediation_jobs.run_verification_in_browser: "verify_browser",
    remediation_jobs.measure_check_reliability: "celery",
    integrations_jobs.run_sync: "sync",
    assurance_jobs.check_pull_request: "sync",
    notifications_jobs.deliver_alert: "celery",
    notifications_jobs.deliver_to_webhook: "webhook",
    reports_jobs.export: "export",
    reports_jobs.deliver: "celery",
}
UseBroker = Callable[..., None]


@pytest.fixture(autouse=True)
def _empty_queues() -> Iterator[None]:
    redis_client.connection().delete(*QUEUES)
    yield
    # The record of a worker would make the queues look consumed to the next tests.
    redis_client.connection().delete(*QUEUES, *(f"{consumed_queues.PREFIX}{queue}" for queue in QUEUES))


@pytest.fixture
def use_broker() -> Iterator[UseBroker]:
    """Make an application with another broker the current one."""

    def use(url: str, **transport_options: object) -> None:
        options = {**settings.CELERY_BROKER_TRANSPORT_OPTIONS, **transport_options}
        Celery(broker=url, changes={"broker_transport_options": options}, set_as_current=True)

    yield use
    app.set_current()


def messages(queue: str) -> list[dict[str, Any]]:
    return [json.loads(message)["headers"] for message in redis_client.connection().lrange(queue, 0, -1)]


def waiting(queue: str) -> int:
    return len(messages(queue))


@pytest.mark.parametrize(
    ("job", "queue"), QUEUE_OF_JOB.items(), ids=lambda value: getattr(value, "name", value)
)
def test_job_goes_to_its_queue_with_its_time_limits(job: Any, queue: str) -> None:
    assert enqueue(job.name, "a", "b")

    (message,) = messages(queue)
    assert (message["task"], message["argsrepr"]) == (job.name, "('a', 'b')")
    assert message["timelimit"] == [job.time_limit, job.soft_time_limit]
    assert (message["expires"], message["eta"]) == (None, None)


def test_message_of_low_priority_is_taken_when_no_queue_has_another() -> None:
    enqueue("scans.verify_site", "first", priority=LOW_PRIORITY)
    enqueue("scans.verify_site", "second")
    length = queue_lengths()["celery"]

    with app.connection() as connection, connection.SimpleQueue("celery") as queue:
        taken = [queue.get(block=False) for _ in range(2)]

    assert [message.payload[0] for message in taken] == [["second"], ["first"]]
    assert length == 2
    for message in taken:
        message.ack()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_worker_runs_the_job_and_logs_the_ids_of_request_and_parent_job() -> None:
    with structlog.contextvars.bound_contextvars(request_id="request-of-the-caller", task_id="the-sweep"):
        assert enqueue("scans.verify_site", str(uuid4()))
        assert enqueue("scans.run_scan", str(uuid4()))

    log_lines = lines_of_a_worker(until=2)

    assert [line["event"] for line in log_lines].count("task_succeeded") == 2
    assert {(line["request_id"], line["parent_task_id"]) for line in log_lines} == {
        ("request-of-the-caller", "the-sweep")
    }
    assert {line["task"] for line in log_lines if line["event"] == "task_started"} == {
        "scans.verify_site",
        "scans.run_scan",
    }
    assert not any(waiting(queue) for queue in QUEUES)


def lines_of_a_worker(*, until: int) -> list[dict[str, str]]:
    """Let a worker run until so many jobs have succeeded, a minute at most; return what it logged of jobs."""
    log_lines: list[dict[str, str]] = []
    with a_worker() as worker:
        limit = threading.Timer(60, worker.kill)
        limit.start()
        for line in worker.stderr or ():
            if '"event": "task_' in line:
                log_lines.append(json.loads(line))
            if [line["event"] for line in log_lines].count("task_succeeded") == until:
                break
        worker.terminate()
        worker.communicate(timeout=30)
        limit.cancel()
    return log_lines


def a_worker() -> subprocess.Popen[str]:
    """Start a worker as it is operated, on the tests' database and with its lines in JSON."""
    address = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    return subprocess.Popen(
        [sys.executable, "-u", "-m", "celery", "-A", "krafter_audit", "worker", "--concurrency", "1", *quiet],
        env={**os.environ, "DATABASE_URL": address.geturl(), "KRAFTER_LOG_JSON": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_enqueued_job_is_logged_with_its_queue(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="django_structlog.celery.receivers"):
        enqueue("scans.run_scan", "a")

    (line,) = [record.msg for record in caplog.records if record.name == "django_structlog.celery.receivers"]
    (headers,) = messages("scan_http")
    assert (line["event"], line["child_task_id"], line["child_task_name"], line["routing_key"]) == (
        "task_enqueued",
        headers["id"],
        "scans.run_scan",
        "scan_http",
    )


def test_job_carries_the_request_id_from_any_thread() -> None:
    def enqueue_job() -> bool:
        with structlog.contextvars.bound_contextvars(request_id="request-of-the-caller"):
            return enqueue("scans.verify_site", "a")

    with ThreadPoolExecutor(1) as thread:
        assert thread.submit(enqueue_job).result()

    (message,) = messages("celery")
    assert message["__django_structlog__"]["request_id"] == "request-of-the-caller"


@pytest.mark.slow
def test_threads_share_the_broker_connections() -> None:
    with ThreadPoolExecutor(24) as threads:
        sent = list(threads.map(lambda number: enqueue("scans.verify_site", str(number)), range(240)))

    assert sent == [True] * 240
    assert sorted(message["argsrepr"] for message in messages("celery")) == sorted(
        f"('{number}',)" for number in range(240)
    )
    assert len(publishing_connections()) <= app.conf.broker_pool_limit


def publishing_connections() -> set[str]:
    """The connections whose last command was publishing a message, to the database of this test process."""
    server = redis_client.connection()
    ours = str(server.client_info()["db"])
    return {
        client["id"] for client in server.client_list() if (client["cmd"], client["db"]) == ("lpush", ours)
    }


@pytest.mark.slow
def test_unresponsive_broker_costs_one_timeout_and_is_then_skipped(
    use_broker: UseBroker, caplog: pytest.LogCaptureFixture
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as unresponsive:
        use_broker(f"redis://127.0.0.1:{unresponsive.getsockname()[1]}/0", socket_timeout=0.2)
        began = time.monotonic()
        sent = [enqueue("scans.verify_site", "a") for _ in range(100)]
        seconds = time.monotonic() - began
    queues._retry_at = 0.0  # two seconds later, and it refuses connections
    sent.append(enqueue("scans.verify_site", "a"))

    assert set(sent) == {False}
    assert seconds < 5  # a timeout for each of them would be 20
    assert [record.message for record in caplog.records if record.name == queues.__name__] == [
        "The broker is unavailable, scans.verify_site will be enqueued later: OperationalError"
    ] * 2


def test_broker_is_used_again_after_an_outage(use_broker: UseBroker) -> None:
    use_broker("redis://127.0.0.1:9/0")
    lost = enqueue("scans.verify_site", "a")
    app.set_current()
    within_cooldown = enqueue("scans.verify_site", "a")
    queues._retry_at = 0.0

    assert (lost, within_cooldown, enqueue("scans.verify_site", "a"), waiting("celery")) == (
        False,
        False,
        True,
        1,
    )
