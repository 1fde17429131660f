from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.actors import SYSTEM, Actor
from accounts.models import Organization
from events.log import log_organization_event
from events.models import Event
from krafter_audit.api.errors import InvalidParams
from krafter_audit.api.etags import require_match
from krafter_audit.db.advisory_locks import advisory_lock
from krafter_audit.http.client import HttpError, is_operator_allowed, validate_url
from krafter_audit.jobs.queues import enqueue_on_commit
from notifications.errors import WebhookDisabled, WebhookLimitReached
from notifications.models import EventDelivery, WebhookEndpoint
from notifications.webhooks import endpoint_cache, endpoint_secrets, fan_out, queries

TEST_EVENT = "webhook.test"
MAX_REPLAYED = 10_000  # deliveries of one request
Status, DeliveryStatus = WebhookEndpoint.Status, EventDelivery.Status


@transaction.atomic
def create(
    organization: Organization,
    *,
    url: str,
    by: Actor,
    events: list[str] | None = None,
    project_ids: list[UUID] | None = None,
    description: str = "",
) -> tuple[WebhookEndpoint, str]:
    _require_below_limit(organization)
    endpoint = WebhookEndpoint(
        organization=organization,
        url=require_allowed_url(url),
        events=events or [],
        project_ids=project_ids or [],
        description=description,
    )
    secret = endpoint_secrets.set_first(endpoint)
    endpoint.save()
    log_organization_event("webhook.created", organization, endpoint.pk, by=by, host=host_of(endpoint))
    endpoint_cache.invalidate(organization.pk)
    return endpoint, secret


def _require_below_limit(organization: Organization) -> None:
    # Two requests at once must not both take the last place.
    advisory_lock(f"webhooks:{organization.pk}")
    limit = settings.KRAFTER_WEBHOOKS_PER_ORGANIZATION
    used = queries.endpoints_of(organization).count()
    if used >= limit:
        raise WebhookLimitReached(details={"limit": limit, "used": used})


def require_allowed_url(url: str) -> str:
    """Return the normalised URL. Raises InvalidParams unless it is https, or on a network that the operator allows."""
    try:
        normalised = validate_url(url)
    except HttpError as error:
        raise InvalidParams(details={"url": [str(error)]}) from None
    if not normalised.startswith("https://") and not is_operator_allowed(url):
        raise InvalidParams(details={"url": ["Use an https URL."]})
    return normalised


def host_of(endpoint: WebhookEndpoint) -> str:
    # Path and query of the URL may contain a secret of the receiver.
    return urlsplit(endpoint.url).netloc


@transaction.atomic
def update(
    organization: Organization,
    endpoint_id: UUID,
    *,
    changes: Mapping[str, Any],
    by: Actor,
    if_match: str | None = None,
) -> WebhookEndpoint:
    """Change `url`, `description`, `events`, `project_ids` or `status`; enabling sends what is pending at once.

    A new URL ends a pause.
    """
    endpoint = queries.lock_endpoint(organization, endpoint_id)
    require_match(if_match, endpoint)
    present = {**vars(endpoint), "status": endpoint.state}  # enabling ends a pause
    changed = {name: value for name, value in changes.items() if present[name] != value}
    if not changed:
        return endpoint
    fields = {name: value for name, value in changed.items() if name != "status"}
    if "url" in fields:
        fields |= {"url": require_allowed_url(fields["url"]), "paused_until": None, "timeouts": 0}
    status = changed.get("status", endpoint.status)
    if "status" in changed:
        fields |= _enable(endpoint) if status == Status.ENABLED else _disabled("Disabled by a user.")
    WebhookEndpoint.transitions.apply(endpoint, status, **fields)
    log_organization_event("webhook.updated", organization, endpoint.pk, by=by, changed=sorted(changed))
    endpoint_cache.invalidate(organization.pk)
    return endpoint


def _enable(endpoint: WebhookEndpoint) -> dict[str, Any]:
    now = timezone.now()
    pending = EventDelivery.objects.filter(endpoint=endpoint, status=DeliveryStatus.PENDING)
    pending.update(attempts=0, next_attempt_at=now, updated_at=now)
    enqueue_on_commit("notifications.deliver_to_webhook", str(endpoint.pk))
    return {
        "enabled_at": now,
        "disabled_at": None,
        "disabled_reason": "",
        "notice_due_at": None,
        "paused_until": None,
        "timeouts": 0,
    }


def _disabled(reason: str) -> dict[str, Any]:
    return {"disabled_at": timezone.now(), "disabled_reason": reason[:300]}


def disable_after_failure(endpoint: WebhookEndpoint, reason: str) -> None:
    """Disable a locked endpoint, and have its organisation's owners and admins mailed."""
    changes = {**_disabled(reason), "notice_due_at": timezone.now(), "notice_delivered_to": [], "attempts": 0}
    WebhookEndpoint.transitions.apply(endpoint, Status.DISABLED, **changes)
    log_organization_event(
        "webhook.disabled", endpoint.organization, endpoint.pk, by=SYSTEM, reason=endpoint.disabled_reason
    )
    endpoint_cache.invalidate(endpoint.organization_id)
    enqueue_on_commit("notifications.send_webhook_notice", str(endpoint.pk))


@transaction.atomic
def delete(
    organization: Organization, endpoint_id: UUID, *, by: Actor, if_match: str | None = None
) -> WebhookEndpoint:
    """Delete an endpoint with its deliveries, and return it as it was."""
    endpoint = queries.lock_endpoint(organization, endpoint_id)
    require_match(if_match, endpoint)
    log_organization_event("webhook.deleted", organization, endpoint.pk, by=by, host=host_of(endpoint))
    endpoint_cache.invalidate(organization.pk)
    WebhookEndpoint.objects.filter(pk=endpoint.pk).delete()
    return endpoint


@transaction.atomic
def rotate_secret(
    organization: Organization,
    endpoint_id: UUID,
    *,
    overlap: timedelta,
    by: Actor,
    if_match: str | None = None,
) -> tuple[WebhookEndpoint, str]:
    """Set a new secret and return it; for `overlap`, messages are signed with the previous one too."""
    endpoint = queries.lock_endpoint(organization, endpoint_id)
    require_match(if_match, endpoint)
    secret = endpoint_secrets.rotate(endpoint, overlap=overlap)
    endpoint.paused_until = None  # perhaps because the previous secret could not be decrypted
    endpoint.save(update_fields=["credentials", "previous_secret_until", "paused_until", "updated_at"])
    seconds = int(overlap.total_seconds())
    log_organization_event(
        "webhook.secret_rotated", organization, endpoint.pk, by=by, overlap_seconds=seconds
    )
    return endpoint, secret


@transaction.atomic
def send_test(organization: Organization, endpoint_id: UUID, *, by: Actor) -> EventDelivery:
    """Queue a test event, which is tried once and never disables the endpoint."""
    endpoint = _lock_enabled(organization, endpoint_id)
    now = timezone.now()
    data = {"webhook_id": str(endpoint.pk), "org_id": str(organization.pk), "actor_id": by.user_id}
    delivery = EventDelivery.objects.create(
        endpoint=endpoint,
        event_type=TEST_EVENT,
        event_at=now,
        subject_id=endpoint.pk,
        payload=fan_out.message_body(TEST_EVENT, now, data),
    )
    _deliver_now(endpoint)
    return delivery


@transaction.atomic
def replay(organization: Organization, endpoint_id: UUID, delivery_id: UUID, *, by: Actor) -> EventDelivery:
    """Send a delivery again, same id and body, from the start of the retry schedule."""
    endpoint = _lock_enabled(organization, endpoint_id)
    delivery = queries.get_delivery(endpoint, delivery_id)
    _make_pending([delivery.pk])
    log_organization_event("webhook.replayed", organization, endpoint.pk, by=by, delivery_id=delivery.pk)
    _deliver_now(endpoint)
    delivery.refresh_from_db()
    return delivery


@transaction.atomic
def replay_range(
    organization: Organization,
    endpoint_id: UUID,
    *,
    after: datetime,
    before: datetime | None,
    include_delivered: bool,
    by: Actor,
) -> tuple[int, datetime | None]:
    """Send the selected, not accepted events of a period again; with `include_delivered` also the accepted ones.

    Events logged while the endpoint was disabled are included, events that wait for their first attempt are not.
    Returns the number, and the time of the first event that is more than one request may replay. Raises InvalidParams
    for a period whose deliveries are deleted by now.
    """
    keep = settings.KRAFTER_WEBHOOKS_KEEP_DAYS
    if keep and after < timezone.now() - timedelta(days=keep):
        raise InvalidParams(details={"created_after": [f"Deliveries are kept for {keep} days."]})
    advisory_lock(fan_out.LOCK)  # before the endpoint's row, as the worker that stores events does
    endpoint = _lock_enabled(organization, endpoint_id)
    rows = queries.deliveries_of(endpoint, after=after, before=before)
    if not include_delivered:
        rows = rows.exclude(status=DeliveryStatus.DELIVERED)
    # Without those that are queued: the next request continues, also when many events have the same time.
    rows = rows.exclude(event_id=None).exclude(status=DeliveryStatus.PENDING, attempts=0)
    known = rows.order_by("event_at", "event_id").values_list("event_at", "event_id", "pk")
    missing = fan_out.missing_events(endpoint, after=after, before=before)
    replayed, continue_from = _replay_oldest(
        endpoint, list(known[: MAX_REPLAYED + 1]), list(missing[: MAX_REPLAYED + 1])
    )
    details = {"after": after, "before": before, "include_delivered": include_delivered}
    log_organization_event("webhook.replayed", organization, endpoint.pk, by=by, replayed=replayed, **details)
    _deliver_now(endpoint)
    return replayed, continue_from


def _replay_oldest(
    endpoint: WebhookEndpoint, known: list[tuple[datetime, Any, UUID]], missing: list[Event]
) -> tuple[int, datetime | None]:
    """Replay the oldest of the deliveries (time, event, id) and events; return as `replay_range`."""
    order = sorted(
        [(at, event_id) for at, event_id, _ in known] + [(event.at, event.pk) for event in missing]
    )
    end = order[MAX_REPLAYED] if len(order) > MAX_REPLAYED else None
    _make_pending([pk for at, event_id, pk in known if end is None or (at, event_id) < end])
    fan_out.queue_logged(endpoint, [event for event in missing if end is None or (event.at, event.pk) < end])
    return min(len(order), MAX_REPLAYED), end[0] if end else None


def _deliver_now(endpoint: WebhookEndpoint) -> None:
    """Enqueue what a person has requested; it is sent although the endpoint is paused."""
    if endpoint.paused_until is not None:
        endpoint.paused_until = None
        endpoint.save(update_fields=["paused_until", "updated_at"])
    enqueue_on_commit("notifications.deliver_to_webhook", str(endpoint.pk))


def _make_pending(delivery_ids: list[UUID]) -> None:
    rows = EventDelivery.objects.filter(pk__in=delivery_ids)
    now = timezone.now()
    changes: dict[str, Any] = {"attempts": 0, "next_attempt_at": now, "delivered_at": None, "updated_at": now}
    EventDelivery.transitions.update(rows, set(DeliveryStatus), DeliveryStatus.PENDING, **changes)


def _lock_enabled(organization: Organization, endpoint_id: UUID) -> WebhookEndpoint:
    endpoint = queries.lock_endpoint(organization, endpoint_id)
    if endpoint.status != Status.ENABLED:
        raise WebhookDisabled
    return endpoint
