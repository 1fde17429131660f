from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

from django.db.models import Model

from accounts.sign_in import second_factor
from integrations import credentials as integration_credentials
from integrations.models import Integration, Webhook
from integrations.webhooks import services as webhooks
from krafter_audit.security import vault
from krafter_audit.security.vault import VaultError, key_id_of
from notifications import destinations
from notifications.models import Destination, WebhookEndpoint
from notifications.webhooks import endpoint_secrets
from scans.models import SiteCredentials
from scans.site_credentials import services as site_credentials

# The models with sealed credentials, and the function that returns the owner of a row's.
SEALED_MODELS: dict[type[Model], Callable[[Any], tuple[str, ...]]] = {
    Integration: integration_credentials.owner_of,
    Webhook: lambda webhook: webhooks.owner_of(webhook.integration),
    Destination: destinations.owner_of,
    WebhookEndpoint: endpoint_secrets.owner_of,
    SiteCredentials: site_credentials.owner_of,
}


def reseal(row: Any) -> bytes:
    """Return the credentials of a row, sealed with the first key. Raises VaultError."""
    return vault.reseal(row.credentials, owner=SEALED_MODELS[type(row)](row))


def batches(model: type[Model], size: int) -> Iterator[list[Any]]:
    after: UUID | None = None
    while True:
        sealed = model._default_manager.filter(credentials__isnull=False).order_by("pk")
        rows = list((sealed.filter(pk__gt=after) if after else sealed)[:size])
        if not rows:
            return
        yield rows
        after = rows[-1].pk


def count_by_key() -> dict[str, int]:
    counts: dict[str, int] = {}
    for sealed in _all_sealed():
        try:
            key_id = key_id_of(sealed)
        except VaultError:
            key_id = "unreadable"
        counts[key_id] = counts.get(key_id, 0) + 1
    return counts


def unreadable() -> list[str]:
    """Return the rows whose credentials this installation's keys cannot open."""
    found = []
    for model in SEALED_MODELS:
        for rows in batches(model, 200):
            for row in rows:
                try:
                    reseal(row)
                except VaultError:
                    found.append(f"{model._meta.label} {row.pk}")
    for authenticator in second_factor.authenticators():
        try:
            second_factor.reseal(authenticator)
        except VaultError:
            found.append(f"{authenticator._meta.label} {authenticator.pk}")
    return found


def _all_sealed() -> Iterator[bytes]:
    for model in SEALED_MODELS:
        for rows in batches(model, 200):
            yield from (bytes(row.credentials) for row in rows)
    yield from map(second_factor.sealed_secret, second_factor.authenticators())
