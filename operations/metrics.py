"""Metrics read from the database and the broker at a scrape, by any web process."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta

import redis
from django.db import DatabaseError
from django.db.models import Count, Q, Sum
from django.utils import timezone
from prometheus_client import REGISTRY, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from events.totals import counters
from integrations.models import Integration
from krafter_audit.db import read_replica
from krafter_audit.jobs.metrics import shared_registry
from krafter_audit.multiprocess_metrics import DIRECTORY
from operations import runs
from operations.backups import schedule
from operations.models import Backup, RestoreDrill
from operations.queues import pending_work, queue_lengths
from remediation.models import Result
from scans.models import Scan

CACHE_SECONDS = 10.0  # several Prometheus servers cost the database no more than one

type Families = Iterator[GaugeMetricFamily]


class InstallationCollector(Collector):
    """The state of the installation; an unavailable server sets `up` to 0, without its metrics."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._read_at = float("-inf")
        self._families: list[GaugeMetricFamily] = []

    def collect(self) -> Families:
        with self._lock:
            if time.monotonic() - self._read_at > CACHE_SECONDS:
                self._families, self._read_at = list(_read_all()), time.monotonic()
            yield from self._families


collector = InstallationCollector()


def _read_all() -> Families:
    up = GaugeMetricFamily("krafter_up", "Whether the server answered at the scrape.", labels=["server"])
    for server, readers in READERS.items():
        if server == read_replica.ALIAS and not read_replica.is_configured():
            continue
        answered = 1
        for read in readers:
            try:
                yield from list(read())
            except (DatabaseError, redis.RedisError):
                answered = 0
        up.add_metric([server], answered)
    yield up


def _queues() -> Families:
    messages = GaugeMetricFamily("krafter_queue_messages", "Messages that wait in a queue.", labels=["queue"])
    for queue, length in queue_lengths().items():
        messages.add_metric([queue], length)
    yield messages


def _pending() -> Families:
    rows = GaugeMetricFamily(
        "krafter_pending_rows", "Rows whose work is due and not finished.", labels=["kind"]
    )
    oldest = GaugeMetricFamily(
        "krafter_pending_oldest_seconds", "For how long the oldest of them is due.", labels=["kind"]
    )
    for work in pending_work():
        rows.add_metric([work.kind], work.rows)
        oldest.add_metric([work.kind], work.age_seconds)
    yield from (rows, oldest)


def _outcomes() -> Families:
    for name, facet, values, text in (
        ("scan", "status", Scan.Status.values, "Scans by status."),
        ("verification", "result", Result.values, "Verifications by result."),
    ):
        family = GaugeMetricFamily(f"krafter_{name}s", text, labels=[facet])
        totals = counters.totals_of_all_projects(name, facet)
        for value in values:
            # Also 0: the increase to the first value of a new series would be invisible to a rate.
            family.add_metric([value], totals.get(value, 0))
        yield family


def _providers() -> Families:
    states = GaugeMetricFamily(
        "krafter_integrations", "Integrations by status.", labels=["provider", "status"]
    )
    failures = GaugeMetricFamily(
        "krafter_integration_failures", "Consecutive failed syncs of all integrations.", labels=["provider"]
    )
    late = GaugeMetricFamily(
        "krafter_integrations_late", "Integrations whose sync is over an hour late.", labels=["provider"]
    )
    an_hour_ago = timezone.now() - timedelta(hours=1)
    rows = Integration.objects.values_list("provider", "status")
    for provider, status, number in rows.annotate(Count("pk")):
        states.add_metric([provider, status], number)
    waiting = ~Q(status=Integration.Status.DISCONNECTED) & Q(next_sync_at__lt=an_hour_ago)
    numbers = Integration.objects.values("provider")
    for row in numbers.annotate(failed=Sum("failures"), late=Count("pk", filter=waiting)):
        failures.add_metric([row["provider"]], row["failed"])
        late.add_metric([row["provider"]], row["late"])
    yield from (states, failures, late)


def _backups() -> Families:
    succeeded = GaugeMetricFamily(
        "krafter_backup_last_success", "1 if the last one succeeded.", labels=["kind"]
    )
    age = GaugeMetricFamily("krafter_backup_age_seconds", "Age of the last successful one.", labels=["kind"])
    models: dict[str, type[Backup] | type[RestoreDrill]] = {"backup": Backup, "drill": RestoreDrill}
    interval = GaugeMetricFamily(
        "krafter_backup_interval_seconds", "The interval at which workers create them.", labels=["kind"]
    )
    for kind, model in models.items():
        last, good = runs.last_finished(model), runs.last_finished(model, succeeded=True)
        if hours := schedule.interval_hours(model):
            interval.add_metric([kind], hours * 3600)
        if last:
            succeeded.add_metric([kind], 0 if last.error else 1)
        if good:
            age.add_metric([kind], (timezone.now() - good.created_at).total_seconds())
    yield from (succeeded, age, interval)


def _replica() -> Families:
    yield GaugeMetricFamily(
        "krafter_replica_lag_bytes", "How far the replica is behind.", read_replica.lag_bytes()
    )


READERS: dict[str, tuple[Callable[[], Families], ...]] = {
    "database": (_pending, _outcomes, _providers, _backups),
    "redis": (_queues,),
    "replica": (_replica,),
}


def render() -> bytes:
    """Return the metrics of the web's processes and of the installation."""
    web = shared_registry() if os.environ.get(DIRECTORY) else REGISTRY
    return generate_latest(web) + generate_latest(collector)
