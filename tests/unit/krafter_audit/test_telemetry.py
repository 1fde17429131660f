"""Traces link a request, its job and the job's outbound requests, and nothing is done while they are off."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import kombu
import pytest
from celery.signals import before_task_publish, task_prerun
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from krafter_audit import telemetry
from krafter_audit.celery import app
from krafter_audit.http import tracing
from tests.factories import Scenario
from tests.fakes.faulty_site import Site

Span = Any


@pytest.fixture
def received(httpserver: HTTPServer, settings: Any) -> Iterator[list[Span]]:
    """Turn traces on; return the spans that a collector has received once `shut_down` was called."""
    spans: list[Span] = []

    def collect(request: Request) -> Response:
        message = ExportTraceServiceRequest.FromString(request.data)
        for resource in message.resource_spans:
            spans.extend(span for scope in resource.scope_spans for span in scope.spans)
        return Response(b"", content_type="application/x-protobuf")

    httpserver.expect_request("/v1/traces", method="POST").respond_with_handler(collect)
    settings.KRAFTER_OTLP_URL = httpserver.url_for("")
    settings.MIDDLEWARE = [
        settings.MIDDLEWARE[0],
        "krafter_audit.telemetry.TracingMiddleware",
        *settings.MIDDLEWARE[1:],
    ]
    telemetry.configure("test")
    yield spans
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
    return {each.key: each.value.string_value or each.value.int_value for each in span.attributes}


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("no_retry_delay")
def test_request_job_and_fetch_are_one_trace_with_the_request_id(
    scenario: Scenario,
    site: Site,
    received: list[Span],
    queued: list[Callable[[], Any]],
) -> None:
    asset = {"type": "url", "value": f"{site.url}?token=s3cret"}
    body = {"domain": "security", "title": "A header", "severity": "high", "checks": ["security_header_csp"]}
    finding = scenario.client.ask("post", "findings", body | {"affected_assets": [asset]}).json()["data"][
        "id"
    ]
    task = scenario.client.ask("post", "tasks", {"finding_id": finding, "title": "Add it"}).json()["data"][
        "id"
    ]

    site.pages = {"/?token=s3cret": site.body}
    answer = scenario.client.ask("post", "verifications/run", {"task_id": task})
    for run in queued:
        run()
    telemetry.shut_down()

    by_name = {span.name: span for span in received}
    request = by_name["POST api/v1/orgs/<str:org_id>/projects/<str:project_id>/audit/verifications/run"]
    job = by_name["job remediation.run_verification"]
    fetch = next(span for span in received if span.name == "GET 127.0.0.1")
    assert (job.trace_id, job.parent_span_id) == (request.trace_id, request.span_id)
    assert (fetch.trace_id, fetch.parent_span_id) == (request.trace_id, job.span_id)
    assert attributes(request)["krafter.request_id"] == answer["x-request-id"]
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


def test_nothing_is_connected_while_traces_are_off(settings: Any) -> None:
    receivers = [len(signal.receivers) for signal in (before_task_publish, task_prerun)]

    telemetry.configure("test")

    assert [len(signal.receivers) for signal in (before_task_publish, task_prerun)] == receivers
    assert tracing.outbound_request("GET", "a") is tracing.outbound_request("GET", "b")


def test_web_imports_no_opentelemetry_while_traces_are_off() -> None:
    # The Redis client imports what it needs for its own metrics, if the package is installed.
    script = "import sys, krafter_audit.wsgi; print([m for m in sys.modules if m.startswith(('opentelemetry.sdk.trace',"
    script += " 'opentelemetry.exporter'))])"

    ended = subprocess.run([sys.executable, "-c", script], env=os.environ, capture_output=True, text=True)

    assert ended.stdout.strip() == "[]", ended.stderr
