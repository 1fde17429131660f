"""Where a provider calls us: an address for each integration, and a secret that is shown once."""

import secrets
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from accounts.actors import Actor
from accounts.models import Project
from events.log import log_event
from integrations.errors import NoHook, NoHooks
from integrations.models import Hook, Integration
from integrations.providers import ADAPTERS
from integrations.providers.hooks import Hooks
from integrations.services import connected
from krafter_audit.security import vault


def hooks_of(provider: str) -> Hooks:
    """Return how a provider calls. Raises NoHooks where it does not."""
    adapter = ADAPTERS.get(provider)
    if adapter is None or adapter.hooks is None:
        raise NoHooks
    return adapter.hooks


def owner_of(row: Integration) -> tuple[str, ...]:
    """Return whom the secret of a hook belongs to."""
    return (str(row.organization_id), str(row.project_id), row.provider, "webhook")


def secret_of(hook: Hook) -> str:
    """Open the secret. Raises VaultError when it does not open."""
    return vault.open_sealed(bytes(hook.credentials), owner=owner_of(hook.integration)).decode()


def resealed(hook: Hook) -> bytes:
    """Return the secret, sealed anew with the first key."""
    return vault.seal(secret_of(hook).encode(), owner=owner_of(hook.integration))


@transaction.atomic
def make(project: Project, provider: str, *, secret: str | None, by: Actor) -> tuple[Hook, str | None]:
    """Make the address known to the provider's calls, with a new secret; the one before is void at once.

    Returns the secret where it was made here. One that the provider chose is given and not shown again.
    """
    hooks_of(provider)
    row = connected(project, provider)
    made = None if secret else secrets.token_urlsafe(32)
    sealed = vault.seal((secret or made or "").encode(), owner=owner_of(row))
    hook, _ = Hook.objects.update_or_create(integration=row, defaults={"credentials": sealed})
    hook.integration = row
    log_event("integration.webhook_made", row, by=by, provider=provider)
    return hook, made


def find(project: Project, provider: str) -> Hook:
    """Return the hook of a provider. Raises NoHook where none was made."""
    rows = Hook.objects.select_related("integration").defer("credentials")
    hook = rows.filter(integration__project=project, integration__provider=provider).first()
    if hook is None:
        raise NoHook
    return hook


@transaction.atomic
def remove(project: Project, provider: str, *, by: Actor) -> Hook:
    """Let nobody call any more."""
    hook = find(project, provider)
    Hook.objects.filter(pk=hook.pk).delete()
    hook.integration.project = project
    log_event("integration.webhook_removed", hook.integration, by=by, provider=provider)
    return hook


def shown(hook: Hook, secret: str | None = None) -> dict[str, Any]:
    """Return what an answer shows of a hook; its secret just once."""
    row = hook.integration
    path = reverse("webhook", args=[row.provider, row.pk])
    told = {
        "provider": row.provider,
        "url": f"{settings.KRAFTER_PUBLIC_URL}{path}",
        "events": hooks_of(row.provider).events,
        "last_delivery_at": hook.last_delivery_at,
        "created_at": hook.created_at,
        "updated_at": hook.updated_at,
    }
    return told | ({"secret": secret} if secret else {})
