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
# The description of the API is a file: its generator, and the tests' tools that it brings, are not for answering.
DESCRIBING = {f"drf_spectacular.{name}" for name in ("openapi", "plumbing", "generators", "views", "contrib")}
DESCRIBING |= {"krafter_audit.api.schema", "rest_framework.test", "django.test", "unittest", "xml.dom"}
FOUND_BY_CHANCE = {"brotli", "inflection", "uritemplate", "yaml"}
NOT_IN_THE_WEB = ONLY_WORKERS | ON_TERMINALS | DESCRIBING | FOUND_BY_CHANCE
LOADED = """
import json, sys, wsgiref.util
from krafter_audit.wsgi import application
from django.urls import get_resolver
get_resolver()._populate()
answered = []
for path in ("/api/v1/schema", "/api/docs", "/api/v1/orgs/none/usage"):
    asked = {"PATH_INFO": path}
    wsgiref.util.setup_testing_defaults(asked)
    application(asked, lambda status, headers: answered.append(status))
before = {name for name in sys.modules if sys.modules[name]}
import remediation.jobs, reports.jobs, findings.jobs, integrations.jobs
from findings.checks import registry
registry.load()
print(json.dumps([answered, sorted(before), sorted(name for name in sys.modules if sys.modules[name])]))
"""


def test_the_web_has_nothing_loaded_that_only_workers_use() -> None:
    said = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True).stdout
    answered, *loaded = json.loads(said.splitlines()[-1])
    before, with_jobs = (set(names) & NOT_IN_THE_WEB for names in loaded)

    assert answered == ["200 OK", "200 OK", "401 Unauthorized"]
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
