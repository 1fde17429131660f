"""Enable and disable webhooks: a URL for each integration, and a secret that is shown once."""

import secrets
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from accounts.actors import Actor
from accounts.models import Project
from events.log import log_event
from integrations.errors import WebhookNotFound, WebhooksNotSupported
from integrations.models import Integration, Webhook
from integrations.providers.registry import ADAPTERS
from integrations.providers.webhooks import WebhookFormat
from integrations.queries import require_known_provider
from integrations.services import lock_connected
from krafter_audit.api.etags import require_match
from krafter_audit.security import vault


def format_of(provider: str) -> WebhookFormat:
    """Return the webhook format. Raises UnknownProvider or WebhooksNotSupported."""
    require_known_provider(provider)
    webhooks = ADAPTERS[provider].webhooks
    if webhooks is None:
        raise WebhooksNotSupported
    return webhooks


def owner_of(integration: Integration) -> tuple[str, ...]:
    return (str(integration.organization_id), str(integration.project_id), integration.provider, "webhook")


def open_secret(webhook: Webhook) -> str:
    """Decrypt the secret. Raises VaultError."""
    return vault.open_sealed(bytes(webhook.credentials), owner=owner_of(webhook.integration)).decode()


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


def get_webhook(project: Project, provider: str) -> Webhook:
    """Return the webhook. Raises UnknownProvider or WebhookNotFound."""
    require_known_provider(provider)
    rows = Webhook.objects.select_related("integration").defer("credentials")
    webhook = rows.filter(integration__project=project, integration__provider=provider).first()
    if webhook is None:
        raise WebhookNotFound
    return webhook


@transaction.atomic
def disable(project: Project, provider: str, *, by: Actor, if_match: str | None = None) -> Webhook:
    """Delete the webhook: its URL accepts no more deliveries."""
    webhook = get_webhook(project, provider)
    locked = Webhook.objects.select_for_update().filter(pk=webhook.pk).defer("credentials")
    require_match(if_match, locked.first())
    locked.delete()
    webhook.integration.project = project
    log_event("integration.webhook_disabled", webhook.integration, by=by, provider=provider)
    return webhook


def describe(webhook: Webhook, secret: str | None = None) -> dict[str, Any]:
    """Return the fields of the API; the secret only where it was just generated."""
    integration = webhook.integration
    path = reverse("webhook", args=[integration.provider, integration.pk])
    described = {
        "provider": integration.provider,
        "url": f"{settings.KRAFTER_PUBLIC_URL}{path}",
        "events": format_of(integration.provider).event_names,
        "last_delivery_at": webhook.last_delivery_at,
        "created_at": webhook.created_at,
        "updated_at": webhook.updated_at,
    }
    return described | ({"secret": secret} if secret else {})
