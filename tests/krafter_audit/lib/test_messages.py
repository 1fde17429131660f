"""What is sent without Celery is what its workers read."""

import json
import logging
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
import structlog
from celery.worker.request import Request
from django.conf import settings
from django.db import connection
from kombu import Message

from findings import jobs as findings_jobs
from integrations import jobs as integrations_jobs
from krafter_audit import jobs
from krafter_audit.api import ratelimit
from krafter_audit.celery import app
from krafter_audit.jobs import send
from krafter_audit.lib import messages
from krafter_audit.lib.messages import MOST_CONNECTIONS
from remediation import jobs as remediation_jobs
from reports import jobs as reports_jobs
from tests.krafter_audit.embedded.processes import eventually

QUEUES = ("celery", "scan_http", "scan_browser")
JOBS = [
    *(findings_jobs.prove, findings_jobs.scan, findings_jobs.scan_in_browser),
    *(remediation_jobs.recheck, remediation_jobs.recheck_in_browser, remediation_jobs.measure),
    *(integrations_jobs.sync, integrations_jobs.tell, reports_jobs.export, reports_jobs.deliver),
]
each_job = pytest.mark.parametrize("job", JOBS, ids=lambda job: job.name)


@pytest.fixture(autouse=True)
def _a_broker_that_knows_nothing() -> Iterator[None]:
    """No queue, no message, and no connection that remembers having declared one."""
    forget()
    yield
    forget()


def forget() -> None:
    keys = ratelimit.connection().keys("_kombu*")
    ratelimit.connection().delete(*QUEUES, *keys)
    messages._producers.cache_clear()


def taken(queue: str) -> Message:
    """Take a message from the broker as a worker does."""
    with app.connection_for_read() as broker:
        message = app.amqp.queues[queue](broker.default_channel).get(accept=["json"])
    assert message is not None
    return message


def waiting(queue: str) -> int:
    return int(ratelimit.connection().llen(queue))


def bindings() -> dict[bytes, set[bytes]]:
    """What the broker knows of queues."""
    server = ratelimit.connection()
    return {key: set(server.smembers(key)) for key in server.keys("_kombu.binding*")}


@each_job
def test_celery_reads_the_job_its_arguments_and_the_limits_that_it_was_declared_with(job: Any) -> None:
    asked: dict[str, Any] = {}
    pool = SimpleNamespace(apply_async=lambda run, **options: asked.update(options))

    assert send(job.name, "a", "b")
    message = taken(messages.queue_of(job.name))
    request = Request(message, app=app, task=app.tasks[message.headers["task"]])
    request.execute_using_pool(pool)

    assert message.payload[:2] == [["a", "b"], {}]
    assert (request.name, request.id, request.argsrepr) == (job.name, request.correlation_id, "('a', 'b')")
    assert (asked["soft_timeout"], asked["timeout"]) == (job.soft_time_limit, job.time_limit)
    assert asked["soft_timeout"] < asked["timeout"]
    assert (request.ignore_result, request.expires, request.eta) == (True, None, None)


@each_job
def test_a_job_is_put_where_celery_would_put_it_though_nobody_has_asked_for_it_yet(job: Any) -> None:
    sent = send(job.name, "a")
    queue, known = app.amqp.router.route({}, job.name)["queue"], bindings()
    waits = waiting(queue.name)
    forget()
    with app.connection_for_write() as broker:
        queue(broker.default_channel).declare()

    assert (sent, waits) == (True, 1)
    assert known == bindings() != {}


@pytest.mark.django_db(transaction=True)
def test_a_worker_runs_it_and_its_lines_carry_the_id_of_the_request_and_of_the_job_that_sent_it() -> None:
    with structlog.contextvars.bound_contextvars(request_id="asked-here", task_id="the-sweep"):
        assert send("findings.prove", str(uuid4()))
        assert send("findings.scan", str(uuid4()))

    told = lines_of_a_worker(until=2)

    assert [line["event"] for line in told].count("task_succeeded") == 2
    assert {(line["request_id"], line["parent_task_id"]) for line in told} == {("asked-here", "the-sweep")}
    assert {line["task"] for line in told if line["event"] == "task_started"} == {
        "findings.prove",
        "findings.scan",
    }
    assert [waiting(queue) for queue in QUEUES] == [0, 0, 0]


def lines_of_a_worker(*, until: int) -> list[dict[str, str]]:
    """Let a worker run until so many jobs have succeeded, a minute at most; return what it said of jobs."""
    told: list[dict[str, str]] = []
    with a_worker() as worker:
        limit = threading.Timer(60, worker.kill)
        limit.start()
        for line in worker.stderr or ():
            if '"event": "task_' in line:
                told.append(json.loads(line))
            if [each["event"] for each in told].count("task_succeeded") == until:
                break
        worker.terminate()
        worker.communicate(timeout=30)
        limit.cancel()
    return told


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


def test_a_line_says_which_job_was_sent_and_where(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="krafter_audit.lib.messages"):
        send("findings.scan", "a")

    (line,) = [record.msg for record in caplog.records if record.name == "krafter_audit.lib.messages"]
    headers = taken("scan_http").headers
    assert (line["event"], line["child_task_id"], line["child_task_name"], line["routing_key"]) == (
        "task_enqueued",
        headers["id"],
        "findings.scan",
        "scan_http",
    )


def test_many_threads_share_ten_connections() -> None:
    with ThreadPoolExecutor(24) as threads:
        sent = list(threads.map(lambda number: send("findings.prove", str(number)), range(240)))

    told = [
        json.loads(each)["headers"]["argsrepr"] for each in ratelimit.connection().lrange("celery", 0, -1)
    ]
    assert sent == [True] * 240
    assert sorted(told) == sorted(f"('{number}',)" for number in range(240))
    assert messages._producers.cache_info().currsize == 1


def test_a_child_process_sends_over_a_connection_of_its_own_whatever_its_parent_was_about() -> None:
    others = sending_connections()
    assert send("findings.prove", "parent")
    own = sending_connections() - others
    busy = [messages._producers(settings.CELERY_BROKER_URL).acquire() for _ in range(MOST_CONNECTIONS)]
    reading, writing = os.pipe()

    if (child := os.fork()) == 0:
        os.write(writing, b"sent" if send("findings.prove", "child") else b"lost")
        select.select([], [], [], 30)  # until it is ended, with its connection open
        os._exit(0)
    try:
        said = select.select([reading], [], [], 10)[0] and os.read(reading, 10)
        for each in reversed(busy):  # the one that is connected is taken first again
            each.release()
        during = sending_connections() - others
        again = send("findings.prove", "parent")
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)

    assert (said, again, waiting("celery")) == (b"sent", True, 3)
    assert (len(own), len(during), own < during) == (1, 2, True)
    assert eventually(lambda: sending_connections() - others == own)


def sending_connections() -> set[str]:
    """The connections that last did nothing but put a message, to the database of this process of tests."""
    server = ratelimit.connection()
    ours = str(server.client_info()["db"])
    return {each["id"] for each in server.client_list() if (each["cmd"], each["db"]) == ("lpush", ours)}


def test_a_broker_that_is_away_costs_a_moment_and_is_then_left_alone(
    settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.CELERY_BROKER_URL = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        settings.CELERY_BROKER_TRANSPORT_OPTIONS = {
            **settings.CELERY_BROKER_TRANSPORT_OPTIONS,
            "socket_timeout": 0.2,
        }
        begin = time.monotonic()
        sent = [send("findings.prove", "a")]
        first = time.monotonic()
        sent += [send("findings.prove", "a") for _ in range(100)]
        then = time.monotonic()
    jobs._resting_until = 0.0  # two seconds later, and it refuses connections
    sent.append(send("findings.prove", "a"))

    assert set(sent) == {False}
    assert (first - begin < 1.5, then - first < 0.1) == (True, True)
    assert [record.message for record in caplog.records if "broker is away" in record.message] == [
        "the broker is away, a sweep will send findings.prove again: OperationalError"
    ] * 2


def test_a_broker_that_comes_back_is_sent_to_again(settings: Any) -> None:
    really = settings.CELERY_BROKER_URL
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:9/0"
    lost = send("findings.prove", "a")
    settings.CELERY_BROKER_URL = really
    resting = send("findings.prove", "a")
    jobs._resting_until = 0.0

    assert (lost, resting, send("findings.prove", "a"), waiting("celery")) == (False, False, True, 1)
