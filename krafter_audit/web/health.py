import hmac
from collections.abc import Callable

import redis
from django.conf import settings
from django.db import Error, connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from prometheus_client import CONTENT_TYPE_LATEST

from krafter_audit.db import redis_client
from operations.metrics import render as render_metrics


def live(request: HttpRequest) -> HttpResponse:
    # Does not query the database: its outage must not make the orchestrator restart the web.
    return JsonResponse({"status": "ok"})


def ready(request: HttpRequest) -> HttpResponse:
    """Return 200 if PostgreSQL and Redis respond, otherwise 503 with the state of each.

    `?exclude=redis` leaves one out, as in the health endpoints of Kubernetes.
    """
    excluded = request.GET.getlist("exclude")
    services = {"database": _database, "redis": _redis}
    checks = {name: _check(query) for name, query in services.items() if name not in excluded}
    status = 200 if all(result == "ok" for result in checks.values()) else 503
    return JsonResponse(checks, status=status, headers={"cache-control": "no-store"})


def metrics(request: HttpRequest) -> HttpResponse:
    """Return the Prometheus metrics for KRAFTER_METRICS_TOKEN; 404 if it is not set."""
    expected = f"Bearer {settings.KRAFTER_METRICS_TOKEN}"
    given = request.headers.get("authorization", "")
    if not settings.KRAFTER_METRICS_TOKEN or not hmac.compare_digest(given.encode(), expected.encode()):
        # 404 and not 401: without the token not even the existence of the URL is disclosed.
        raise Http404
    headers = {"cache-control": "no-store"}
    return HttpResponse(render_metrics(), content_type=CONTENT_TYPE_LATEST, headers=headers)


def _check(query: Callable[[], None]) -> str:
    try:
        query()
    except (Error, redis.RedisError):
        return "unavailable"
    return "ok"


def _database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _redis() -> None:
    redis_client.require_writes(redis_client.connection())
