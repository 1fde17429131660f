from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Model

from integrations import credentials as integration_credentials
from integrations.models import Integration, Webhook
from integrations.webhooks import services as webhooks
from krafter_audit.security import vault
from krafter_audit.security.vault import VaultError
from notifications import destinations
from notifications.models import Destination, WebhookEndpoint
from notifications.webhooks import endpoint_secrets
from scans.models import SiteCredentials
from scans.site_credentials import services as site_credentials

ROTATED, CURRENT, REPLACED, UNREADABLE = "rotated", "already current", "replaced meanwhile", "unreadable"

type Reseal = Callable[[Any], bytes]

# The models with sealed credentials, and the function that seals those of a row with the first key.
SEALED_MODELS: dict[type[Model], Reseal] = {
    Integration: integration_credentials.reseal,
    Webhook: webhooks.reseal,
    Destination: destinations.reseal,
    WebhookEndpoint: endpoint_secrets.reseal,
    SiteCredentials: site_credentials.resealed,
}


class Command(BaseCommand):
    help = (
        "Seal every stored credential with the first key of KRAFTER_ENCRYPTION_KEYS. Insert the new key before "
        "the others, restart, run this command, then remove the old key. It may run while the system runs."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--batch", type=int, default=200, help="Rows to read at once (200).")

    def handle(self, *args: Any, batch: int, **options: Any) -> None:
        first_key = vault.current_key_id()
        counts = Counter({ROTATED: 0, CURRENT: 0, REPLACED: 0, UNREADABLE: 0})
        for model, reseal in SEALED_MODELS.items():
            for rows in batches(model, max(1, batch)):
                counts.update(rotate(row, first_key, reseal) for row in rows)
        for outcome, number in counts.items():
            self.stdout.write(f"{number} {outcome}")
        if counts[UNREADABLE]:
            raise CommandError(
                "Some credentials were sealed with a key that is not in KRAFTER_ENCRYPTION_KEYS."
            )


def batches(model: type[Model], size: int) -> Iterator[list[Any]]:
    after: UUID | None = None
    while True:
        sealed = model._default_manager.filter(credentials__isnull=False).order_by("pk")
        rows = list((sealed.filter(pk__gt=after) if after else sealed)[:size])
        if not rows:
            return
        yield rows
        after = rows[-1].pk


def rotate(row: Any, first_key: str, reseal: Reseal) -> str:
    before = bytes(row.credentials or b"")
    try:
        if vault.key_id_of(before) == first_key:
            return CURRENT
        after = reseal(row)
    except VaultError:
        return UNREADABLE
    # Compare-and-set: a user may replace the credentials while the command runs.
    updated = type(row)._default_manager.filter(pk=row.pk, credentials=before).update(credentials=after)
    return ROTATED if updated else REPLACED
