"""The web imports what it answers with. What only workers need comes with the first job, or never."""

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import structlog

from findings import jobs
from krafter_audit.api import ratelimit
from krafter_audit.lib.jobs import send

ONLY_WORKERS = {
    "celery",
    "kombu",
    "httpx2",
    "httpcore2",
    "dns",
    "playwright",
    "weasyprint",
    "pydyf",
    "selectolax",
}
ON_TERMINALS = {"rich", "pygments", "attr", "greenlet"}
LOADED = """
import json, sys
import krafter_audit.wsgi
from django.urls import get_resolver
get_resolver()._populate()
before = {name for name in sys.modules if sys.modules[name]}
import remediation.jobs, reports.jobs, findings.jobs, integrations.jobs
from findings.checks import registry
registry.load()
print(json.dumps([sorted(before), sorted(name for name in sys.modules if sys.modules[name])]))
"""


def test_the_web_has_nothing_loaded_that_only_workers_use() -> None:
    said = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True).stdout
    before, with_jobs = (set(names) & (ONLY_WORKERS | ON_TERMINALS) for names in json.loads(said))

    assert (before, with_jobs) == (set(), {"celery", "kombu", "selectolax"})


def test_a_job_goes_to_its_queue_with_the_id_of_the_request_from_any_thread() -> None:
    def ask(job: object, *arguments: str) -> bool:
        with structlog.contextvars.bound_contextvars(request_id="asked-here"):
            return send(job, *arguments)

    with ThreadPoolExecutor(1) as thread:
        sent = [thread.submit(ask, jobs.prove, "a").result(), thread.submit(ask, jobs.scan, "b").result()]
    told = [
        json.loads(ratelimit.connection().lindex(queue, 0))["headers"] for queue in ("celery", "scan_http")
    ]

    assert sent == [True, True]
    assert [
        (head["task"], head["argsrepr"], head["__django_structlog__"]["request_id"]) for head in told
    ] == [
        ("findings.prove", "('a',)", "asked-here"),
        ("findings.scan", "('b',)", "asked-here"),
    ]
