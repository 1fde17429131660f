"""OpenTelemetry traces: a request, the jobs that it enqueues, and their outbound requests.

Imported only with `KRAFTER_OTLP_URL`: OpenTelemetry is an optional package. A span has only the names and numbers that
are set here.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import structlog
from celery.signals import (
    before_task_publish,
    task_postrun,
    task_prerun,
    worker_process_init,
    worker_process_shutdown,
)
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from opentelemetry import context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.propagate import extract, inject
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import NoOpTracer, SpanKind, StatusCode, get_current_span, set_span_in_context

from krafter_audit.api.middleware import Handler, request_id_of
from krafter_audit.http import tracing

REQUEST_ID = "krafter.request_id"
TRACE_HEADER = "traceparent"

_provider: TracerProvider | None = None


def configure(service: str) -> None:
    """Send the traces of this forked process as `service`; nothing without KRAFTER_OTLP_URL."""
    global _provider
    if not settings.KRAFTER_OTLP_URL or _provider is not None:
        return
    _provider = TracerProvider(resource=Resource.create({"service.name": service}))
    exporter = OTLPSpanExporter(endpoint=f"{settings.KRAFTER_OTLP_URL.rstrip('/')}/v1/traces", timeout=5)
    _provider.add_span_processor(BatchSpanProcessor(exporter))
    before_task_publish.connect(_add_trace)
    task_prerun.connect(_start_job)
    task_postrun.connect(_end_job)
    tracing.register(_outbound_request)


@worker_process_init.connect
def trace_worker(**kwargs: object) -> None:
    # After the fork: the sender of traces is a thread.
    configure("krafter-worker")


@worker_process_shutdown.connect
def shut_down(**kwargs: object) -> None:
    """Send the remaining traces, and stop tracing."""
    global _provider
    if _provider is None:
        return
    _provider.shutdown()
    _provider = None
    before_task_publish.disconnect(_add_trace)
    task_prerun.disconnect(_start_job)
    task_postrun.disconnect(_end_job)
    tracing.register(None)


class TracingMiddleware:
    """A span for each request by route, installed only where traces are on."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if _provider is None:
            return self.get_response(request)
        with _span(f"{request.method}", SpanKind.SERVER) as span:
            span.set_attribute(REQUEST_ID, request_id_of(request))
            span.set_attribute("http.request.method", str(request.method))
            response = self.get_response(request)
            route = request.resolver_match.route if request.resolver_match else "unknown"
            span.update_name(f"{request.method} {route}")
            span.set_attribute("http.route", route)
            _set_status(span, response.status_code)
            return response


def _add_trace(headers: dict[str, Any], **kwargs: Any) -> None:
    inject(headers)


def _start_job(task_id: str, task: Any, **kwargs: Any) -> None:
    if _provider is None:
        return
    header = getattr(task.request, TRACE_HEADER, None) or (task.request.headers or {}).get(TRACE_HEADER)
    parent = extract({TRACE_HEADER: header} if header else {})
    span = _tracer().start_span(f"job {task.name}", context=parent, kind=SpanKind.CONSUMER)
    span.set_attribute("messaging.message.id", task_id)
    request_id = structlog.contextvars.get_contextvars().get("request_id")
    if request_id:
        span.set_attribute(REQUEST_ID, request_id)
    _jobs.append((span, context.attach(set_span_in_context(span))))


def _end_job(state: str | None = None, **kwargs: Any) -> None:
    if _jobs:
        span, token = _jobs.pop()
        span.set_attribute("celery.state", state or "unknown")
        span.end()
        context.detach(token)


# A process runs one job at a time; a job that runs in the process that enqueues it, as in tests, is the last one.
_jobs: list[tuple[Any, Any]] = []


@contextmanager
def _outbound_request(method: str, host: str) -> Iterator[tracing.RecordStatus]:
    # A thread of a job does not inherit the job's context.
    orphan = not get_current_span().get_span_context().is_valid and bool(_jobs)
    parent = set_span_in_context(_jobs[-1][0]) if orphan else None
    with _span(f"{method} {host}", SpanKind.CLIENT, parent) as span:
        span.set_attribute("http.request.method", method)
        span.set_attribute("server.address", host)
        yield lambda status: _set_status(span, status)


def _set_status(span: Any, status: int) -> None:
    span.set_attribute("http.response.status_code", status)
    if status >= 500:
        span.set_status(StatusCode.ERROR)


@contextmanager
def _span(name: str, kind: Any, parent: Any = None) -> Iterator[Any]:
    # Paths, queries and exceptions may contain secrets.
    started = _tracer().start_as_current_span(
        name, context=parent, kind=kind, record_exception=False, set_status_on_exception=False
    )
    with started as span:
        try:
            yield span
        except Exception as error:
            span.set_attribute("error.type", type(error).__name__)
            span.set_status(StatusCode.ERROR)
            raise


def _tracer() -> Any:
    return _provider.get_tracer("krafter_audit") if _provider else NoOpTracer()
