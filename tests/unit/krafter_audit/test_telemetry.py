"""Traces link a request, its job and the job's outbound requests, and nothing is done while they are off."""

import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import kombu
import pytest
from celery.signals import before_task_publish, task_prerun
from django.db import connection
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from devtools.benchmark.servers import responds
from devtools.demo.client import send
from devtools.local_stack.data import free_port
from devtools.local_stack.process import WEB_SERVER, Command, kill_guarded, launch
from krafter_audit import telemetry
from krafter_audit.celery import app
from krafter_audit.http import tracing
from tests import factories
from tests.factories import Scenario
from tests.fakes.faulty_site import FaultySite
from tests.waiting import eventually

Span = Any


CELERY_DATABASE = 15  # of Valkey: no test of another process leaves messages there


@pytest.fixture
def collected(httpserver: HTTPServer) -> list[Span]:
    """Start a collector, and return the spans that it has received."""
    spans: list[Span] = []

    def collect(request: Request) -> Response:
        message = ExportTraceServiceRequest.FromString(request.data)
        for resource in message.resource_spans:
            spans.extend(span for scope in resource.scope_spans for span in scope.spans)
        return Response(b"", content_type="application/x-protobuf")

    httpserver.expect_request("/v1/traces", method="POST").respond_with_handler(collect)
    return spans


@pytest.fixture
def received(collected: list[Span], httpserver: HTTPServer, settings: Any) -> Iterator[list[Span]]:
    """Turn traces on in this process; return the spans that were collected once `shut_down` was called."""
    settings.KRAFTER_OTLP_URL = httpserver.url_for("")
    settings.MIDDLEWARE = [
        settings.MIDDLEWARE[0],
        "krafter_audit.telemetry.TracingMiddleware",
        *settings.MIDDLEWARE[1:],
    ]
    telemetry.configure("test")
    yield collected
    telemetry.shut_down()


@pytest.fixture
def queued(monkeypatch: pytest.MonkeyPatch) -> list[Callable[[], Any]]:
    """Return the jobs that were enqueued, as functions that run one with the headers of its message."""
    app.loader.import_default_modules()
    jobs: list[Callable[[], Any]] = []

    def publish(producer: kombu.Producer, body: Any, *, headers: dict[str, Any], **options: Any) -> None:
        trace = {"traceparent": headers.get("traceparent")}
        jobs.append(lambda: app.tasks[headers["task"]].apply(body[0], headers=trace))

    monkeypatch.setattr(kombu.Producer, "publish", publish)
    return jobs


def attributes(span: Span) -> dict[str, Any]:
    return {
        attribute.key: attribute.value.string_value or attribute.value.int_value
        for attribute in span.attributes
    }


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("no_retry_delay")
def test_request_job_and_fetch_are_one_trace_with_the_request_id(
    scenario: Scenario,
    site: FaultySite,
    received: list[Span],
    queued: list[Callable[[], Any]],
) -> None:
    asset = {"type": "url", "value": f"{site.url}?token=s3cret"}
    body = {"domain": "security", "title": "A header", "severity": "high", "checks": ["security_header_csp"]}
    finding = scenario.client.call("post", "findings", body | {"affected_assets": [asset]}).json()["data"][
        "id"
    ]
    task = scenario.client.call("post", "tasks", {"finding_id": finding, "title": "Add it"}).json()["data"][
        "id"
    ]

    site.pages = {"/?token=s3cret": site.body}
    response = scenario.client.call("post", "verifications/run", {"task_id": task})
    for run in queued:
        run()
    telemetry.shut_down()

    by_name = {span.name: span for span in received}
    request = by_name["POST api/v1/orgs/<str:org_id>/projects/<str:project_id>/audit/verifications/run"]
    # The first one: it enqueues another, which finds nothing to run.
    job = next(span for span in received if span.name == "job remediation.run_verification")
    fetch = next(span for span in received if span.name == "GET 127.0.0.1")
    assert (job.trace_id, job.parent_span_id) == (request.trace_id, request.span_id)
    assert (fetch.trace_id, fetch.parent_span_id) == (request.trace_id, job.span_id)
    assert attributes(request)["krafter.request_id"] == response["x-request-id"]
    assert attributes(request)["http.response.status_code"] == 202
    assert attributes(fetch) == {
        "http.request.method": "GET", "server.address": "127.0.0.1", "http.response.status_code": 200,
    }  # fmt: skip
    assert b"s3cret" not in b"".join(span.SerializeToString() for span in received)


def test_outbound_request_of_a_thread_belongs_to_the_job(received: list[Span]) -> None:
    def fetch() -> None:
        with tracing.outbound_request("GET", "example.com") as record_status:
            record_status(503)

    @app.task(name="test.fetch_in_thread")
    def job() -> None:
        thread = threading.Thread(target=fetch)
        thread.start()
        thread.join()

    job.apply()
    app.tasks.pop("test.fetch_in_thread")
    telemetry.shut_down()

    by_name = {span.name: span for span in received}
    assert by_name["GET example.com"].parent_span_id == by_name["job test.fetch_in_thread"].span_id
    assert by_name["GET example.com"].status.code == 2


@pytest.mark.django_db
def test_token_of_a_shared_report_is_in_no_span(client: Any, received: list[Span]) -> None:
    client.get("/insights/audit/reports/shared/the-secret-token")
    telemetry.shut_down()

    assert [span.name for span in received] == ["GET insights/audit/reports/shared/<str:token>"]
    assert b"the-secret-token" not in received[0].SerializeToString()


def test_error_is_named_without_its_text(received: list[Span]) -> None:
    with pytest.raises(ValueError, match="a secret"), tracing.outbound_request("GET", "example.com"):
        raise ValueError("a secret")
    telemetry.shut_down()

    assert attributes(received[0])["error.type"] == "ValueError"
    assert b"a secret" not in received[0].SerializeToString()


def test_nothing_is_connected_while_traces_are_off() -> None:
    receivers = [len(signal.receivers) for signal in (before_task_publish, task_prerun)]

    telemetry.configure("test")

    assert [len(signal.receivers) for signal in (before_task_publish, task_prerun)] == receivers
    assert tracing.outbound_request("GET", "a") is tracing.outbound_request("GET", "b")


@contextmanager
def web_and_worker(folder: Path, **env: str) -> Iterator[str]:
    """Start a web and a worker on the test's database as processes of their own; yield the URL of the web."""
    port, database = free_port(), urlsplit(os.environ["DATABASE_URL"])
    broker = urlsplit(os.environ["REDIS_URL"])._replace(path=f"/{CELERY_DATABASE}").geturl()
    env |= {
        "DATABASE_URL": database._replace(path=f"/{connection.settings_dict['NAME']}").geturl(),
        "REDIS_URL": broker,
        "KRAFTER_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "KRAFTER_MEDIA_ROOT": str(folder / "media"),
    }
    web = [sys.executable, *WEB_SERVER, "--port", str(port)]
    worker = [sys.executable, "-m", "celery", "-A", "krafter_audit", "worker", "--concurrency", "1"]
    worker += ["--without-gossip", "--without-mingle", "--queues", "celery,verify_http"]
    started = [
        launch(Command(name, arguments, env=env), folder / f"{name}.log")
        for name, arguments in {"web": web, "worker": worker}.items()
    ]
    try:
        assert eventually(lambda: responds(f"http://127.0.0.1:{port}/healthz/live"), seconds=60)
        yield f"http://127.0.0.1:{port}"
    finally:
        for process in started:
            kill_guarded(process)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_web_and_worker_processes_send_one_trace(
    collected: list[Span], httpserver: HTTPServer, site: FaultySite, tmp_path: Path
) -> None:
    scenario = factories.scenario()
    task = factories.task(scenario, of=factories.finding(
        scenario, affected_assets=[{"type": "url", "value": site.url}]
    ))  # fmt: skip
    traces = {"KRAFTER_OTLP_URL": httpserver.url_for(""), "OTEL_BSP_SCHEDULE_DELAY": "200"}

    with web_and_worker(tmp_path, KRAFTER_ALLOWED_NETWORKS="127.0.0.0/8", **traces) as url:
        path = f"{url}{scenario.client.base}verifications/run"
        response = send("POST", path, body={"task_id": str(task.pk)}, key=scenario.key)
        assert response.status == 202, response.body

        def spans() -> list[Span]:
            trace = next((s.trace_id for s in collected if s.name.endswith("verifications/run")), None)
            return [span for span in collected if span.trace_id == trace]

        assert eventually(lambda: {"job remediation.run_verification", "GET 127.0.0.1"} <= {s.name for s in spans()},
                          seconds=60), [s.name for s in collected]  # fmt: skip

    request = next(span for span in spans() if span.name.startswith("POST api"))
    job = next(span for span in spans() if span.name == "job remediation.run_verification")
    fetch = next(span for span in spans() if span.name == "GET 127.0.0.1")
    assert (request.parent_span_id, job.parent_span_id, fetch.parent_span_id) == (
        b"", request.span_id, job.span_id,
    )  # fmt: skip
    assert attributes(job)["krafter.request_id"] == attributes(request)["krafter.request_id"]
