from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from allauth.mfa.models import Authenticator
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

# The models with sealed credentials, and the function that returns their owner.
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


@dataclass(frozen=True)
class StoredSecret:
    """A sealed secret, and the functions of its row."""

    row: Model
    sealed: bytes
    reseal: Callable[[], bytes]  # returns it sealed with the first key; raises VaultError
    replace: Callable[[bytes], bool]  # stores that; False if another secret was stored meanwhile

    @property
    def key_id(self) -> str:
        try:
            return key_id_of(self.sealed)
        except VaultError:
            return "unreadable"


def stored_secrets(batch: int = 200) -> Iterator[StoredSecret]:
    """Yield every secret of the installation; rows are read in batches."""
    for model in SEALED_MODELS:
        rows = model._default_manager.filter(credentials__isnull=False).order_by("pk")
        yield from map(secret_of, rows.iterator(chunk_size=batch))
    yield from map(_secret_of_second_factor, Authenticator.objects.order_by("pk").iterator())


def secret_of(row: Any) -> StoredSecret:
    sealed = bytes(row.credentials)
    # Compare-and-set: a user may replace the credentials meanwhile.
    unchanged = type(row)._default_manager.filter(pk=row.pk, credentials=sealed)
    return StoredSecret(
        row, sealed, partial(reseal, row), lambda resealed: bool(unchanged.update(credentials=resealed))
    )


def _secret_of_second_factor(authenticator: Authenticator) -> StoredSecret:
    sealed = second_factor.sealed_secret(authenticator)
    return StoredSecret(
        authenticator,
        sealed,
        partial(second_factor.reseal, authenticator),
        partial(second_factor.replace_secret, authenticator, sealed),
    )


def count_secrets() -> tuple[dict[str, int], list[StoredSecret]]:
    """Return the number of secrets by key id, and those that this installation's keys cannot open."""
    numbers, unreadable = Counter[str](), []
    for secret in stored_secrets():
        numbers[secret.key_id] += 1
        try:
            secret.reseal()
        except VaultError:
            unreadable.append(secret)
    return dict(numbers), unreadable
