"""Webhooks of providers: a URL for each integration, a secret that is shown once, and the deliveries to the URL."""

import hashlib
import logging
import secrets
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import Project
from assurance import deploy_policy
from events.log import log_event
from integrations.errors import WebhookNotFound, WebhooksNotSupported
from integrations.models import Integration, Webhook, WebhookDelivery
from integrations.providers.base import PARSE_ERRORS, read_json
from integrations.providers.registry import PROVIDER_CLASSES
from integrations.providers.repositories import Repository
from integrations.providers.webhooks import WebhookEvent, WebhookFormat, WebhookRequest
from integrations.queries import require_known_provider
from integrations.services import lock_connected, request_sync, stored_choices
from integrations.sync.deploy_import import known_repository_id, record_deploy
from krafter_audit.api.errors import NotFound
from krafter_audit.api.etags import require_match
from krafter_audit.security import vault
from krafter_audit.security.vault import VaultError
from krafter_audit.web.public_urls import public_url
from remediation.services.policies import config_of

logger = logging.getLogger(__name__)
DUMMY_KEY = "none"  # verified against where there is no webhook, so that both cases take as long
FULL_SYNC_DELAY_SECONDS = 30  # in which several changes of findings become one sync


def format_of(provider: str) -> WebhookFormat:
    """Return the webhook format. Raises UnknownProvider or WebhooksNotSupported."""
    require_known_provider(provider)
    webhooks = PROVIDER_CLASSES[provider].webhooks
    if webhooks is None:
        raise WebhooksNotSupported
    return webhooks


def owner_of(integration: Integration) -> tuple[str, ...]:
    return (str(integration.organization_id), str(integration.project_id), integration.provider, "webhook")


def open_secret(webhook: Webhook) -> str:
    """Decrypt the secret. Raises VaultError."""
    return vault.open_sealed(webhook.credentials, owner=owner_of(webhook.integration)).decode()


@transaction.atomic
def enable(
    project: Project, provider: str, *, secret: str | None, by: Actor, if_match: str | None = None
) -> tuple[Webhook, str | None]:
    """Enable the webhook with a new secret; the previous one is void. The present secret changes nothing.

    Returns the secret if it was generated here. A secret that the provider chose is not shown again.
    """
    format_of(provider)
    integration = lock_connected(project, provider)
    stored = Webhook.objects.select_related("integration").filter(integration=integration).first()
    require_match(if_match, stored)
    known = vault.open_or_none(stored.credentials, owner=owner_of(integration)) if stored else None
    if stored and secret and known == secret.encode():
        return stored, None
    generated = None if secret else secrets.token_urlsafe(32)
    sealed = vault.seal((secret or generated or "").encode(), owner=owner_of(integration))
    webhook, _ = Webhook.objects.update_or_create(integration=integration, defaults={"credentials": sealed})
    webhook.integration = integration
    log_event("integration.webhook_enabled", integration, by=by, provider=provider)
    return webhook, generated


def get_webhook(project: Project, provider: str, *, lock: bool = False) -> Webhook:
    """Return the webhook, locked if requested. Raises UnknownProvider or WebhookNotFound."""
    require_known_provider(provider)
    rows = Webhook.objects.select_related("integration").defer("credentials")
    rows = rows.select_for_update(of=("self",)) if lock else rows
    webhook = rows.filter(integration__project=project, integration__provider=provider).first()
    if webhook is None:
        raise WebhookNotFound
    return webhook


@transaction.atomic
def disable(project: Project, provider: str, *, by: Actor, if_match: str | None = None) -> Webhook:
    """Delete the webhook: its URL accepts no more deliveries."""
    webhook = get_webhook(project, provider, lock=True)
    require_match(if_match, webhook)
    Webhook.objects.filter(pk=webhook.pk).delete()
    webhook.integration.project = project
    log_event("integration.webhook_disabled", webhook.integration, by=by, provider=provider)
    return webhook


def describe(webhook: Webhook, secret: str | None = None) -> dict[str, Any]:
    """Return the fields of the API; the secret only where it was just generated."""
    integration = webhook.integration
    described = {
        "provider": integration.provider,
        "url": public_url("webhook", integration.provider, integration.pk),
        "events": format_of(integration.provider).event_names,
        "last_delivery_at": webhook.last_delivery_at,
        "created_at": webhook.created_at,
        "updated_at": webhook.updated_at,
    }
    return described | ({"secret": secret} if secret else {})


def receive(provider: str, integration_id: UUID, request: WebhookRequest) -> None:
    """Store a signed delivery and request a sync. Raises NotFound unless the integration's secret signed it."""
    provider_class = PROVIDER_CLASSES.get(provider)
    if provider_class is None or provider_class.webhooks is None:
        raise NotFound
    webhook = _find_webhook(provider, integration_id)
    # A wrong signature, an unknown URL and a disabled webhook get the same answer: URLs cannot be probed.
    if not provider_class.webhooks.is_signed(request, _secret(webhook)) or webhook is None:
        raise NotFound
    event = _read(provider_class.webhooks, request)
    # Stale, repeated and irrelevant deliveries are accepted like new ones: an error would make the provider retry.
    # The next sync of a restored project reads what has changed while it was archived.
    if event is None or webhook.integration.project.archived_at is not None:
        return
    if _is_fresh(provider_class.webhooks, event):
        _store(webhook.integration, request, event)
    else:
        # Otherwise a server whose clock is wrong would have no effect without a reason.
        logger.warning(
            "webhook of %s ignored: its time %s is too far from that of this clock",
            integration_id,
            event.sent_at,
        )


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
        return webhooks.read(request, read_json(request.body))
    except PARSE_ERRORS:
        return None


def _is_fresh(webhooks: WebhookFormat, event: WebhookEvent) -> bool:
    # Without a signed time, only the delivery's id and body can show that it is a repetition.
    now = timezone.now()
    return event.sent_at is None or now - webhooks.max_age <= event.sent_at <= now + webhooks.max_skew


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
    if event.deploy is not None and _is_of_connected_repository(integration, event):
        record_deploy(integration, event.deploy)
    if event.findings_changed or (event.released and _counts_releases(integration)):
        request_sync(integration, scope=Integration.SyncScope.ALL, delay_seconds=FULL_SYNC_DELAY_SECONDS)
    elif event.ticket_ids:
        request_sync(integration)


def _is_of_connected_repository(integration: Integration, event: WebhookEvent) -> bool:
    # A webhook of an organisation or a group reports the deploys of all its repositories.
    provider_class = PROVIDER_CLASSES[integration.provider]
    if not issubclass(provider_class, Repository):
        return False
    number = known_repository_id(integration)
    if number and event.repository_id:
        return event.repository_id == number
    name = stored_choices(integration.project, integration.provider).get(provider_class.repository_credential)
    return str(name).strip().lower() in event.repositories


def _counts_releases(integration: Integration) -> bool:
    return deploy_policy.release_environment(config_of(integration.project)) is not None
