"""Deliver the pending events of an endpoint: in the order of events for each subject, with retries over three days."""

import logging
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from krafter_audit import shutdown
from krafter_audit.db import leases
from krafter_audit.http.client import Client, HttpError, Limits, Response, TimedOut
from krafter_audit.http.timestamps import parse_retry_after
from krafter_audit.jobs.isolation import isolated
from krafter_audit.jobs.queues import enqueue
from krafter_audit.security.vault import VaultError
from notifications.models import EventDelivery, WebhookEndpoint
from notifications.webhooks import endpoint_secrets, services
from notifications.webhooks.queries import due_deliveries, with_due_deliveries
from notifications.webhooks.signing import signed_headers

logger = logging.getLogger(__name__)

LEASE_SECONDS = 30  # extended while the worker runs
TIME_BUDGET_SECONDS = 10.0  # of one job, so that other endpoints get their turn; another job continues
MAX_PARALLEL = 8  # messages to an endpoint at the same time
MAX_PENDING_READ = 200  # pending deliveries that are read to find some of different subjects
LIMITS = Limits(connect=5.0, read=15.0, total=15.0, body=4096, redirects=0)
# After the first failed attempt, the second, …; after the last one the endpoint is disabled.
RETRY_DELAYS = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    *(timedelta(hours=hours) for hours in (2, 5, 10, 14, 20, 24)),
)
MAX_ATTEMPTS = len(RETRY_DELAYS) + 1
# An endpoint that does not answer occupies a worker until the time-out. After the second round in a row it is paused,
# each time twice as long.
TIMEOUTS_BEFORE_PAUSE, MAX_TIMEOUTS = 2, 10
FIRST_PAUSE, MAX_PAUSE = timedelta(minutes=1), timedelta(minutes=30)
MAX_RETRY_AFTER = timedelta(hours=24)  # of an endpoint's Retry-After header
MAX_LOGGED_ATTEMPTS = 20  # the newest ones
MAX_EXCERPT_LENGTH = 500  # of a response, in the log of attempts
GONE = 410
UNFINISHED_MESSAGE = "In progress, or interrupted before its outcome was recorded."
Status = EventDelivery.Status


@dataclass(frozen=True)
class Message:
    delivery_id: UUID
    url: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class DeliveryAttempt:
    error: str = ""  # empty if the endpoint accepted it
    status_code: int | None = None
    duration_ms: int | None = None
    response: str = ""
    retry_after: float = 0.0  # seconds; 0 for the usual delay
    timed_out: bool = False

    @property
    def as_logged(self) -> dict[str, Any]:
        return {
            "duration_ms": self.duration_ms,
            "status_code": self.status_code,
            "error": self.error,
            "response": self.response,
        }


def deliver(endpoint_id: UUID) -> bool:
    """Deliver what is due to an endpoint; return False, with nothing done, if another worker does."""
    ends_at, accepted = time.monotonic() + TIME_BUDGET_SECONDS, True
    with leases.hold(
        WebhookEndpoint, endpoint_id, seconds=LEASE_SECONDS, status=WebhookEndpoint.Status.ENABLED
    ) as endpoint:
        if endpoint is None:
            return False
        with isolated("delivery to webhook endpoint", endpoint.pk) as isolation:
            # An endpoint that accepts nothing or answers late waits for the next sweep: it must not occupy a worker.
            while messages := _begin_attempts(endpoint):
                accepted = _finish_attempts(endpoint, _send_all(messages))
                if not accepted or time.monotonic() > ends_at or shutdown.is_shutting_down():
                    break
        if isolation.failed:
            _pause(endpoint)
        leases.write(endpoint, lease_until=None, attempts=0)
    # After the release: a job for the endpoint, or for another one of its organisation, found this one running.
    waiting = with_due_deliveries().filter(organization=endpoint.organization_id)
    if (waiting if accepted else waiting.exclude(pk=endpoint_id)).exists():
        enqueue("notifications.deliver_to_webhook", str(endpoint_id))
    return True


def _begin_attempts(endpoint: WebhookEndpoint) -> list[Message]:
    """Record the attempts before they are made, at most one for each subject, whose events stay in order."""
    with transaction.atomic():
        current = leases.owned(endpoint).select_for_update().first()
        if current is None or current.state != WebhookEndpoint.Status.ENABLED:
            return []
        try:
            secrets = endpoint_secrets.open_secrets(current)
        except VaultError as error:
            logger.error("webhook endpoint %s: %s", current.pk, error)
            _pause(current)
            return []
        chosen = [delivery for delivery in _first_of_each_subject(current) if _begin_attempt(delivery)]
        return [_message(current, delivery, secrets) for delivery in chosen]


def _pause(endpoint: WebhookEndpoint) -> None:
    # Its deliveries are still due: without a pause it would be the next of its organisation again, at once.
    now = timezone.now()
    leases.write(endpoint, paused_until=now + FIRST_PAUSE, updated_at=now)


def _first_of_each_subject(endpoint: WebhookEndpoint) -> list[EventDelivery]:
    # Test events first: a person waits for them.
    order = (F("event_id").asc(nulls_first=True), "pk")
    due = due_deliveries().filter(endpoint=endpoint).order_by(*order).select_for_update()
    first: dict[UUID, EventDelivery] = {}
    for delivery in due[:MAX_PENDING_READ]:
        first.setdefault(delivery.subject_id, delivery)
    # One message shows whether an endpoint answers again.
    return list(first.values())[: 1 if endpoint.timeouts else MAX_PARALLEL]


def _begin_attempt(delivery: EventDelivery) -> bool:
    """Record an attempt; False, with the delivery failed, after the last one, whose outcome could not be stored."""
    if delivery.attempts >= MAX_ATTEMPTS:
        EventDelivery.transitions.apply(delivery, Status.FAILED, next_attempt_at=None)
        return False
    now = timezone.now()
    started = {"started_at": now, **DeliveryAttempt(error=UNFINISHED_MESSAGE).as_logged}
    # If this worker is killed, or cannot store the outcome, the next attempt follows not before the end of its lease.
    delay = RETRY_DELAYS[min(delivery.attempts, len(RETRY_DELAYS) - 1)]
    delivery.next_attempt_at = now + max(timedelta(seconds=LEASE_SECONDS), delay)
    delivery.attempts += 1
    delivery.attempt_log = [*delivery.attempt_log, started][-MAX_LOGGED_ATTEMPTS:]
    delivery.save(update_fields=["attempts", "next_attempt_at", "attempt_log", "updated_at"])
    return True


def _message(endpoint: WebhookEndpoint, delivery: EventDelivery, secrets: Sequence[str]) -> Message:
    body = delivery.payload.encode()
    headers = signed_headers(secrets, message_id=str(delivery.pk), timestamp=int(time.time()), body=body)
    return Message(delivery.pk, endpoint.url, {"content-type": "application/json", **headers}, body)


def _send_all(messages: Sequence[Message]) -> dict[UUID, DeliveryAttempt]:
    # The threads use the network only, and no database connection.
    with ThreadPoolExecutor(MAX_PARALLEL, thread_name_prefix="webhook") as pool:
        attempts = pool.map(send, messages)
        return dict(zip((message.delivery_id for message in messages), attempts, strict=True))


def send(message: Message) -> DeliveryAttempt:
    """Send one message. A 2xx response is accepted, also if its body breaks off; redirects are not followed."""
    start = time.monotonic()
    try:
        with Client(limits=LIMITS) as client:
            response = client.post(
                message.url, content=message.body, headers=message.headers, follow_redirects=False
            )
    except HttpError as error:
        duration_ms = round((time.monotonic() - start) * 1000)
        return DeliveryAttempt(
            error=str(error), duration_ms=duration_ms, timed_out=isinstance(error, TimedOut)
        )
    accepted = response.is_success
    return DeliveryAttempt(
        error="" if accepted else _refusal(response),
        status_code=response.status,
        duration_ms=round(response.duration_ms),
        # PostgreSQL accepts a NUL character in no text.
        response=response.text[:MAX_EXCERPT_LENGTH].replace("\x00", "�"),
        retry_after=parse_retry_after(response.headers.get("retry-after"))
        if response.status in (429, 503)
        else 0.0,
    )


def _refusal(response: Response) -> str:
    if 300 <= response.status < 400:
        return f"The endpoint redirects ({response.status}). Redirects are not followed."
    return f"The endpoint answered {response.status}."


def _finish_attempts(endpoint: WebhookEndpoint, attempts: dict[UUID, DeliveryAttempt]) -> bool:
    """Record the outcomes; return whether the endpoint answered in time, accepted a message and stays enabled."""
    with transaction.atomic():
        current = leases.owned(endpoint).select_for_update().first()
        if current is None:
            # Another worker has the lease: it repeats these attempts, and receivers recognise their ids.
            return False
        rows = EventDelivery.objects.select_for_update().filter(pk__in=attempts, status=Status.PENDING)
        for delivery in rows.order_by("pk"):
            with isolated("outcome of webhook delivery", delivery.pk), transaction.atomic():
                _finish_attempt(current, delivery, attempts[delivery.pk])
        failed = [attempt for attempt in attempts.values() if attempt.error]
        now = timezone.now()
        if len(failed) < len(attempts):
            leases.write(current, last_success_at=now)
        if failed:
            leases.write(current, last_failure_at=now)
        late = [attempt for attempt in failed if attempt.timed_out]
        _pause_or_resume(current, all_timed_out=len(late) == len(attempts))
        return not late and len(failed) < len(attempts) and current.status == WebhookEndpoint.Status.ENABLED


def _pause_or_resume(endpoint: WebhookEndpoint, *, all_timed_out: bool) -> None:
    now, timeouts = timezone.now(), min(endpoint.timeouts + 1, MAX_TIMEOUTS) if all_timed_out else 0
    further = timeouts - TIMEOUTS_BEFORE_PAUSE
    pause = min(FIRST_PAUSE * 2**further, MAX_PAUSE) if further >= 0 else None
    paused_until = now + pause if pause else None
    if (timeouts, paused_until) != (endpoint.timeouts, endpoint.paused_until):
        leases.write(endpoint, timeouts=timeouts, paused_until=paused_until, updated_at=now)


def _finish_attempt(endpoint: WebhookEndpoint, delivery: EventDelivery, attempt: DeliveryAttempt) -> None:
    started_at = delivery.attempt_log[-1]["started_at"]
    log = [*delivery.attempt_log[:-1], {"started_at": started_at, **attempt.as_logged}]
    if not attempt.error:
        changes = {"delivered_at": timezone.now(), "next_attempt_at": None, "attempt_log": log}
        EventDelivery.transitions.apply(delivery, Status.DELIVERED, **changes)
    elif reason := _final_failure(delivery, attempt):
        EventDelivery.transitions.apply(delivery, Status.FAILED, next_attempt_at=None, attempt_log=log)
        # A test says how the endpoint answers, and nothing about the events that it has missed.
        if delivery.event_id is not None and endpoint.status == WebhookEndpoint.Status.ENABLED:
            services.disable_after_failure(endpoint, reason)
    else:
        # A replay that was requested during the attempt has set the number to 0.
        requested = min(timedelta(seconds=attempt.retry_after), MAX_RETRY_AFTER)
        due_at = timezone.now() + max(RETRY_DELAYS[max(delivery.attempts, 1) - 1], requested)
        EventDelivery.transitions.apply(delivery, Status.PENDING, next_attempt_at=due_at, attempt_log=log)


def _final_failure(delivery: EventDelivery, attempt: DeliveryAttempt) -> str:
    if attempt.status_code == GONE:
        return "The endpoint answered 410 (Gone)."
    if delivery.event_id is None:
        return attempt.error
    if delivery.attempts >= MAX_ATTEMPTS:
        return f"{attempt.error} {delivery.event_type} was tried {delivery.attempts} times in three days."
    return ""
