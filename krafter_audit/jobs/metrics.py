"""Metrics of Celery jobs by queue: traffic, waiting time, duration, errors, running jobs."""

import os
import time
from collections.abc import Iterable
from typing import Any

from celery.signals import (
    before_task_publish,
    task_postrun,
    task_prerun,
    worker_init,
    worker_process_init,
)
from prometheus_client import CollectorRegistry, Gauge, Histogram, start_http_server
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector

from krafter_audit.multiprocess_metrics import remove_gauges_of_ended_processes

BUCKETS = (0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 900)
PUBLISHED_AT_HEADER = "krafter_published_at"  # a header of the message: Unix seconds
OUTCOMES = {"SUCCESS": "succeeded", "FAILURE": "failed", "RETRY": "retried"}

job_seconds = Histogram(
    "krafter_job_seconds", "Duration of jobs by outcome.", ("queue", "job", "outcome"), buckets=BUCKETS
)
job_wait_seconds = Histogram(
    "krafter_job_wait_seconds", "Time from the message to the start of its job.", ("queue",), buckets=BUCKETS
)
jobs_running = Gauge(
    "krafter_jobs_running", "Jobs that are running.", ("queue",), multiprocess_mode="livesum"
)
worker_processes = Gauge(
    "krafter_worker_processes", "Processes of workers that run jobs.", multiprocess_mode="livesum"
)

_started: dict[str, float] = {}


@before_task_publish.connect
def add_time(headers: dict[str, Any], **kwargs: Any) -> None:
    headers.setdefault(PUBLISHED_AT_HEADER, time.time())


@task_prerun.connect
def start(task_id: str, task: Any, **kwargs: Any) -> None:
    queue = _queue_of(task)
    _started[task_id] = time.perf_counter()
    jobs_running.labels(queue).inc()
    published = getattr(task.request, PUBLISHED_AT_HEADER, None)
    if published:
        job_wait_seconds.labels(queue).observe(max(0.0, time.time() - float(published)))


@task_postrun.connect
def end(task_id: str, task: Any, state: str | None = None, **kwargs: Any) -> None:
    queue = _queue_of(task)
    jobs_running.labels(queue).dec()
    began = _started.pop(task_id, None)
    if began is not None:
        outcome = OUTCOMES.get(state or "", "other")
        job_seconds.labels(queue, task.name, outcome).observe(time.perf_counter() - began)


def _queue_of(task: Any) -> str:
    return str((task.request.delivery_info or {}).get("routing_key") or "none")


@worker_process_init.connect
def count_process(**kwargs: Any) -> None:
    worker_processes.set(1)


@worker_init.connect
def serve(**kwargs: Any) -> None:
    """Serve the metrics of this worker's processes at KRAFTER_WORKER_METRICS, without a token."""
    address = os.environ.get("KRAFTER_WORKER_METRICS", "").strip()
    if address:
        host, _, port = address.rpartition(":")
        start_http_server(int(port), host, shared_registry())


def shared_registry() -> CollectorRegistry:
    """Return the registry of all processes that share their metrics with this one."""
    registry = CollectorRegistry()
    LiveCollector(registry)
    return registry


class LiveCollector(MultiProcessCollector):
    def collect(self) -> Iterable[Metric]:
        remove_gauges_of_ended_processes(self._path)
        return super().collect()
