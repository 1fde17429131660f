"""The encrypted secrets of an endpoint: two while one replaces the other."""

import json
from datetime import timedelta

from django.utils import timezone

from krafter_audit.security import vault
from krafter_audit.security.vault import VaultError
from notifications.models import WebhookEndpoint
from notifications.webhooks.signing import new_secret


def set_first(endpoint: WebhookEndpoint) -> str:
    """Set a new endpoint's secret, which the caller saves, and return it."""
    secret = new_secret()
    endpoint.credentials = _seal(endpoint, secret, None)
    return secret


def rotate(endpoint: WebhookEndpoint, *, overlap: timedelta) -> str:
    """Set a new secret of an endpoint, which the caller saves, and return it.

    Messages are signed with both secrets for the time `overlap`, if the previous one can still be decrypted.
    """
    previous = _current_or_none(endpoint) if overlap else None
    secret = new_secret()
    endpoint.credentials = _seal(endpoint, secret, previous)
    endpoint.previous_secret_until = timezone.now() + overlap if previous else None
    return secret


def _current_or_none(endpoint: WebhookEndpoint) -> str | None:
    try:
        return _open(endpoint)[0]
    except VaultError:
        return None


def open_secrets(endpoint: WebhookEndpoint) -> list[str]:
    """Return the secrets that sign messages now, the newest first. Raises VaultError."""
    current, previous = _open(endpoint)
    until = endpoint.previous_secret_until
    return [current, previous] if previous and until and timezone.now() < until else [current]


def _open(endpoint: WebhookEndpoint) -> tuple[str, str | None]:
    opened = json.loads(vault.open_sealed(endpoint.credentials, owner=owner_of(endpoint)))
    return opened["current"], opened["previous"]


def _seal(endpoint: WebhookEndpoint, current: str, previous: str | None) -> bytes:
    plaintext = json.dumps({"current": current, "previous": previous})
    return vault.seal(plaintext.encode(), owner=owner_of(endpoint))


def owner_of(endpoint: WebhookEndpoint) -> tuple[str, ...]:
    return (str(endpoint.organization_id), "webhooks", str(endpoint.pk))
