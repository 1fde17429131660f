"""Request metrics by route: traffic, latency, errors, running requests."""

from django.http import HttpRequest
from prometheus_client import Gauge, Histogram

# Not django-prometheus: it labels by view names, which our routes do not have, and wraps the database backend.
METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)

request_seconds = Histogram(
    "krafter_http_request_seconds",
    "Duration of requests by route, method and class of the status.",
    ("route", "method", "status"),
    buckets=BUCKETS,
)
requests_running = Gauge(
    "krafter_http_requests_running", "Requests that are being handled.", multiprocess_mode="livesum"
)


def observe(request: HttpRequest, status: int, seconds: float) -> None:
    match = request.resolver_match
    # Not the path or method as sent: a client could create any number of labels.
    route = match.route if match else "unmatched"
    method = request.method if request.method in METHODS else "other"
    request_seconds.labels(route, method, f"{status // 100}xx").observe(seconds)
