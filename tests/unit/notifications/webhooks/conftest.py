"""Receivers of webhooks on loopback sockets, and the workers that deliver to them."""

import base64
import hmac
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from accounts.actors import SYSTEM
from krafter_audit.http.client import Limits
from notifications import jobs
from notifications.models import EventDelivery, WebhookEndpoint
from notifications.webhooks import delivery, endpoint_cache, services
from remediation.services import policies
from tests.factories import Scenario
from tests.fakes.raw_servers import Server, answer, sends

ACCEPTED = sends(answer(b"ok"))


@pytest.fixture(autouse=True)
def _read_endpoints_again() -> None:
    endpoint_cache._entries.clear()


@pytest.fixture
def receiver(settings: Settings) -> Iterator[Server]:
    """A server that accepts every message; the test's settings allow it, and no other address that is not public."""
    with Server(respond=ACCEPTED) as server:
        settings.KRAFTER_ALLOWED_NETWORKS = f"127.0.0.1/32:{server.port}"
        yield server


def limit_time(monkeypatch: pytest.MonkeyPatch, **seconds: float) -> None:
    """Wait a shorter time for the next bytes of a response (`read`), or for the whole one (`total`)."""
    waits = {"connect": 5.0, "read": 5.0, "total": 10.0, **seconds}
    monkeypatch.setattr(delivery, "LIMITS", Limits(**waits, body=4096, redirects=0))


@dataclass(frozen=True)
class Received:
    """A request as the receiver sees it."""

    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def received(server: Server) -> list[Received]:
    """Return the requests of a receiver."""
    return [parse(request) for request in server.requests]


def parse(request: bytes) -> Received:
    head, _, body = request.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")[1:]
    return Received({name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}, body)


def expected_signature(secret: str, request: Received) -> str:
    """Compute the signature of a request as the specification of Standard Webhooks describes it."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = (
        f"{request.headers['webhook-id']}.{request.headers['webhook-timestamp']}.".encode() + request.body
    )
    return f"v1,{base64.b64encode(hmac.digest(key, signed, 'sha256')).decode()}"


def make_endpoint(scenario: Scenario, url: str, **fields: Any) -> tuple[WebhookEndpoint, str]:
    """Create an endpoint; return it and its secret. The project has its policy already, whose creation is an event."""
    policies.current(scenario.project)
    return services.create(scenario.organization, url=url, by=SYSTEM, **fields)


def queue_events() -> None:
    """Let a worker queue the events of the outbox."""
    jobs.queue_webhooks()


def make_due() -> None:
    """Let the time of the next attempts come."""
    pending = EventDelivery.objects.filter(status="pending")
    pending.update(next_attempt_at=timezone.now() - timedelta(seconds=1))


def run_workers() -> None:
    """Let the workers queue the events and deliver what is due."""
    queue_events()
    for pk in WebhookEndpoint.objects.values_list("pk", flat=True):
        jobs.deliver_to_webhook(str(pk))


def statuses() -> list[str]:
    """Return the statuses of all deliveries in the order of their events."""
    return list(EventDelivery.objects.order_by("event_id").values_list("status", flat=True))
