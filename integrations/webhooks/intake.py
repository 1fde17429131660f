import hashlib
import json
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from assurance import deploy_policy
from integrations import deploys
from integrations.models import Integration, Webhook, WebhookDelivery
from integrations.providers.base import UNREADABLE
from integrations.providers.registry import ADAPTERS
from integrations.providers.webhooks import WebhookEvent, WebhookFormat, WebhookRequest
from integrations.services import request_sync
from integrations.webhooks.services import open_secret
from krafter_audit.api.errors import NotFound
from krafter_audit.security.vault import VaultError
from remediation.services.policies import config_of

DUMMY_KEY = "none"  # verified against where there is no webhook, so that both cases take as long
CLOCK_SKEW = timedelta(minutes=1)
FULL_SYNC_DELAY_SECONDS = 30  # in which several changes of findings become one sync


def receive(provider: str, integration_id: UUID, request: WebhookRequest) -> None:
    """Store a signed delivery and request a sync. Raises NotFound unless the integration's secret signed it."""
    adapter = ADAPTERS.get(provider)
    if adapter is None or adapter.webhooks is None:
        raise NotFound
    webhook = _find_webhook(provider, integration_id)
    # A wrong signature, an unknown URL and a disabled webhook get the same answer: URLs cannot be probed.
    if not adapter.webhooks.is_signed(request, _secret(webhook)) or webhook is None:
        raise NotFound
    event = _read(adapter.webhooks, request)
    # Stale, repeated and irrelevant deliveries are accepted like new ones: an error would make the provider retry.
    # The next sync of a restored project reads what has changed while it was archived.
    is_archived = webhook.integration.project.archived_at is not None
    if event is not None and not is_archived and _is_fresh(adapter.webhooks, event):
        _store(webhook.integration, request, event)


def _find_webhook(provider: str, integration_id: UUID) -> Webhook | None:
    rows = Webhook.objects.select_related("integration__project")
    return rows.filter(integration=integration_id, integration__provider=provider).first()


def _secret(webhook: Webhook | None) -> str:
    try:
        return open_secret(webhook) if webhook else DUMMY_KEY
    except VaultError:
        raise NotFound from None


def _read(webhooks: WebhookFormat, request: WebhookRequest) -> WebhookEvent | None:
    # A form that the vendor does not document is accepted and dropped: a retry would not help.
    try:
        return webhooks.read(request, json.loads(request.body))
    except UNREADABLE:
        return None


def _is_fresh(webhooks: WebhookFormat, event: WebhookEvent) -> bool:
    # Without a signed time, only the delivery's id and body can show that it is a repetition.
    now = timezone.now()
    return event.sent_at is None or now - webhooks.max_age <= event.sent_at <= now + CLOCK_SKEW


@transaction.atomic
def _store(integration: Integration, request: WebhookRequest, event: WebhookEvent) -> None:
    delivery = WebhookDelivery(
        integration=integration,
        delivery_id=event.delivery_id[:200],
        body_digest=hashlib.sha256(event.name.encode() + b"\n" + request.body).hexdigest(),
        event=event.name[:100],
        ticket_ids=list(event.ticket_ids),
        changed_at=event.changed_at,
        processed_at=None if event.ticket_ids else timezone.now(),
    )
    WebhookDelivery.objects.bulk_create([delivery], ignore_conflicts=True)
    if not WebhookDelivery.objects.filter(pk=delivery.pk).exists():
        return  # a repetition
    now = timezone.now()
    Webhook.objects.filter(integration=integration).update(last_delivery_at=now, updated_at=now)
    if event.deploy is not None:
        deploys.record(integration, event.deploy)
    if event.findings_changed or (event.released and _counts_releases(integration)):
        request_sync(integration, scope=Integration.SyncScope.ALL, delay_seconds=FULL_SYNC_DELAY_SECONDS)
    elif event.ticket_ids:
        request_sync(integration)


def _counts_releases(integration: Integration) -> bool:
    return deploy_policy.release_environment(config_of(integration.project)) is not None
