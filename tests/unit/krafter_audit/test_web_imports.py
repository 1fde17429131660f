"""The web imports what it answers with. What only workers need comes never."""

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import structlog

from integrations.providers import PROVIDERS
from krafter_audit.db import redis_client
from krafter_audit.jobs import enqueue

ONLY_WORKERS = {
    "billiard",
    "celery",
    "kombu",
    "playwright",
    "weasyprint",
    "pydyf",
    "selectolax",
    "cryptography.x509",
} | {f"integrations.providers.{name}" for name in PROVIDERS}
ON_TERMINALS = {"rich", "pygments", "attr", "greenlet"}
# The description of the API is a file: its generator, and the tests' tools that it brings, are not for answering.
DESCRIBING = {f"drf_spectacular.{name}" for name in ("openapi", "plumbing", "generators", "views", "contrib")}
DESCRIBING |= {"krafter_audit.api.schema", "rest_framework.test", "django.test", "unittest", "xml.dom"}
FOUND_BY_CHANCE = {"brotli", "inflection", "uritemplate", "yaml"}
JOBS = {"scans.jobs", "remediation.jobs", "integrations.jobs", "reports.jobs", "events.jobs"}
ENGINES = {"scans.worker.part_runner", "remediation.recheck"}
# What opens secrets and signs evidence comes with the first of them.
WITH_A_SECRET = {"cryptography.hazmat.bindings._rust"}
NOT_IN_THE_WEB = WITH_A_SECRET | ONLY_WORKERS | ON_TERMINALS | DESCRIBING | FOUND_BY_CHANCE | JOBS | ENGINES
WEB = """
import json, sys, wsgiref.util
from krafter_audit.wsgi import application
from django.urls import get_resolver
get_resolver()._populate()
answered = []
for path in ("/api/v1/schema", "/api/docs", "/api/v1/orgs/none/usage"):
    asked = {"PATH_INFO": path}
    wsgiref.util.setup_testing_defaults(asked)
    application(asked, lambda status, headers: answered.append(status))
loaded = lambda: sorted(name for name in sys.modules if sys.modules[name])
before = loaded()
from krafter_audit.jobs import enqueue
assert enqueue("scans.prove", "a")
with_a_job = loaded()
from scanner import registry
registry.load()
print(json.dumps([answered, before, with_a_job, loaded()]))
"""
BEAT = """
import json, sys
from krafter_audit.celery import app
app.loader.import_default_modules()
print(json.dumps(sorted(sys.modules)))
"""


def told_by(script: str) -> list[Any]:
    """What a process of its own says."""
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    told: list[Any] = json.loads(said.splitlines()[-1])
    return told


def test_the_web_has_nothing_loaded_that_only_workers_use_and_sends_a_job_without_celery() -> None:
    answered, *loaded = told_by(WEB)
    before, with_a_job, with_checks = (set(names) & NOT_IN_THE_WEB for names in loaded)

    assert answered == ["200 OK", "200 OK", "401 Unauthorized"]
    assert (before, with_a_job) == (set(), {"kombu"})
    assert with_checks == {"kombu"}


def test_who_sends_the_sweeps_knows_the_jobs_and_not_the_engines_that_they_run() -> None:
    names = set(told_by(BEAT))

    assert names >= JOBS
    assert names & (ONLY_WORKERS | ENGINES) == {"billiard", "celery", "kombu"}


def test_a_job_goes_to_its_queue_with_the_id_of_the_request_from_any_thread() -> None:
    def ask(name: str, *arguments: str) -> bool:
        with structlog.contextvars.bound_contextvars(request_id="asked-here"):
            return enqueue(name, *arguments)

    with ThreadPoolExecutor(1) as thread:
        sent = [
            thread.submit(ask, "scans.prove", "a").result(),
            thread.submit(ask, "scans.scan", "b").result(),
        ]
    told = [
        json.loads(redis_client.connection().lindex(queue, 0))["headers"] for queue in ("celery", "scan_http")
    ]

    assert sent == [True, True]
    assert [
        (head["task"], head["argsrepr"], head["__django_structlog__"]["request_id"]) for head in told
    ] == [
        ("scans.prove", "('a',)", "asked-here"),
        ("scans.scan", "('b',)", "asked-here"),
    ]
