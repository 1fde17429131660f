"""The metrics of an installation."""

import subprocess
import sys
import urllib.request
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from accounts.actors import SYSTEM
from devtools.local_stack.data import free_port
from integrations import services
from integrations.models import Integration
from krafter_audit.celery import app
from krafter_audit.jobs import metrics as job_metrics
from operations import metrics
from operations.models import Backup, RestoreDrill
from tests.factories import Scenario

pytestmark = pytest.mark.slow

Scrape = Callable[[], dict[tuple[str, ...], float]]
TOKEN = {"authorization": "Bearer secret-token"}


@pytest.fixture
def scrape(db: None, client: Client, settings, monkeypatch: pytest.MonkeyPatch) -> Scrape:
    """Return a function that reads /metrics as {(name, values of the sorted labels…): value}."""
    settings.KRAFTER_METRICS_TOKEN = "secret-token"
    monkeypatch.setattr(metrics, "CACHE_SECONDS", -1)

    def read() -> dict[tuple[str, ...], float]:
        return samples(client.get("/metrics", headers=TOKEN).content.decode())

    return read


def samples(text: str) -> dict[tuple[str, ...], float]:
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_requests_are_counted_by_route_and_status(scrape: Scrape, scenario: Scenario, client: Client):
    route = "api/v1/orgs/<str:org_id>/projects/<str:project_id>/audit/findings"
    ok = ("krafter_http_request_seconds_count", "GET", route, "2xx")
    lost = ("krafter_http_request_seconds_count", "other", "unmatched", "4xx")
    before = scrape()

    scenario.client.call("get", "findings")
    client.generic("INVENTED", "/no/such/page/12345")

    after = scrape()
    assert after[ok] - before.get(ok, 0) == 1
    assert after[lost] - before.get(lost, 0) == 1
    assert "12345" not in str(list(after))
    assert "INVENTED" not in str(list(after))
    assert after["krafter_http_requests_running",] == 1  # the scrape itself


def test_jobs_are_counted_by_queue_and_outcome():
    app.loader.import_default_modules()
    labels = ("scans.requeue_pending", "failed", "none")
    failed, seconds = ("krafter_job_seconds_count", *labels), ("krafter_job_seconds_sum", *labels)
    before = samples(generate_latest().decode())

    job_metrics.start("id", app.tasks["scans.requeue_pending"])
    running = samples(generate_latest().decode())
    job_metrics.end("id", app.tasks["scans.requeue_pending"], state="FAILURE")

    after = samples(generate_latest().decode())
    assert (after[failed] - before.get(failed, 0), after[seconds] > before.get(seconds, 0)) == (1, True)
    assert [found["krafter_jobs_running", "none"] for found in (running, after)] == [1, 0]


def test_installation_is_measured(scrape: Scrape, scenario: Scenario):
    scenario.client.call("post", "scans/run", {"url": scenario.project.site_url, "trigger": "manual"})
    services.connect(scenario.project, "github", credentials={"token": "t"}, by=SYSTEM)
    Integration.objects.update(failures=3, next_sync_at=timezone.now() - timedelta(hours=2))
    old = timezone.now() - timedelta(hours=5)
    Backup.objects.create(path="b", created_at=old, finished_at=old)
    RestoreDrill.objects.create(path="b", finished_at=old, error="it differs")

    found = scrape()

    assert (found["krafter_scans", "queued"], found["krafter_scans", "failed"]) == (1, 0)
    assert found["krafter_verifications", "passed"] == 0
    assert found["krafter_pending_rows", "scan_http"] == 1
    assert found["krafter_integration_failures", "github"] == 3
    assert found["krafter_integrations_late", "github"] == 1
    assert 18_000 <= found["krafter_backup_age_seconds", "backup"] < 18_060
    assert (
        found["krafter_backup_last_success", "backup"],
        found["krafter_backup_last_success", "drill"],
    ) == (1, 0)
    assert (found["krafter_up", "database"], found["krafter_up", "redis"]) == (1, 1)
    assert ("krafter_queue_messages", "celery") in found


def test_interval_of_backups_is_that_of_the_workers(scrape: Scrape, settings):
    settings.KRAFTER_BACKUP_DIR, settings.KRAFTER_BACKUP_HOURS, settings.KRAFTER_DRILL_URL = (
        "backups",
        168,
        "",
    )

    found = scrape()

    assert found["krafter_backup_interval_seconds", "backup"] == 604_800
    assert ("krafter_backup_interval_seconds", "drill") not in found


def test_unavailable_redis_leaves_out_its_metrics(scrape: Scrape, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    found = scrape()

    assert (found["krafter_up", "database"], found["krafter_up", "redis"]) == (1, 0)
    assert ("krafter_queue_messages", "celery") not in found


PROCESS = """
import os, sys, time
from krafter_audit.multiprocess_metrics import share_between_processes
share_between_processes()
from krafter_audit.jobs import metrics as job_metrics
job_metrics.jobs_running.labels("q").inc()
job_metrics.job_wait_seconds.labels("q").observe(1)
child = os.fork()
if child == 0:
    job_metrics.jobs_running.labels("q").inc()
    job_metrics.job_wait_seconds.labels("q").observe(1)
    os.kill(os.getpid(), 9)
os.waitpid(child, 0)
os.environ["KRAFTER_WORKER_METRICS"] = sys.argv[1]
job_metrics.serve()
print(os.environ["PROMETHEUS_MULTIPROC_DIR"], flush=True)
sys.stdin.read()
"""


def test_worker_serves_the_sum_of_its_processes_without_killed_ones():
    address = f"127.0.0.1:{free_port()}"
    worker = subprocess.Popen(
        [sys.executable, "-c", PROCESS, address], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        directory = Path(worker.stdout.readline().strip())
        with urllib.request.urlopen(f"http://{address}/metrics", timeout=10) as response:
            found = samples(response.read().decode())
    finally:
        worker.communicate("", timeout=10)

    assert (found["krafter_jobs_running", "q"], found["krafter_job_wait_seconds_count", "q"]) == (1, 2)
    assert not directory.exists()
