"""`manage.py rotate_credentials`: seal every credential with the first key of KRAFTER_ENCRYPTION_KEYS."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Model

from integrations import credentials, destinations
from integrations.models import Destination, Integration, Webhook
from integrations.webhooks import services as webhooks
from krafter_audit.security import vault
from krafter_audit.security.vault import VaultError
from scans.models import SiteCredentials
from scans.site_credentials import services


class Command(BaseCommand):
    help = (
        "Seal every stored credential anew with the first key of KRAFTER_ENCRYPTION_KEYS. Put the new key in "
        "front, restart, run this, then take the old key away. It may run while the system runs."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--batch", type=int, default=200, help="Rows that are read at once (200).")

    def handle(self, *args: Any, batch: int, **options: Any) -> None:
        """Go through all rows once and say what became of how many."""
        newest = vault.current_key_id()
        counts = {"sealed anew": 0, "sealed so already": 0, "replaced meanwhile": 0, "not to be opened": 0}
        for kind, kept in KEPT.items():
            for rows in batches(kind, max(1, batch)):
                for row in rows:
                    counts[rotate(row, newest, kept)] += 1
        for outcome, number in counts.items():
            self.stdout.write(f"{number} {outcome}")
        if counts["not to be opened"]:
            raise CommandError(
                "Some credentials were sealed with a key that is not in KRAFTER_ENCRYPTION_KEYS."
            )


type Kept = Callable[[Any], bytes]

# What keeps credentials, and how its rows are sealed anew.
KEPT: dict[type[Model], Kept] = {
    Integration: credentials.resealed,
    Webhook: webhooks.resealed,
    Destination: destinations.resealed,
    SiteCredentials: services.resealed,
}


def batches(kind: type[Model], size: int) -> Iterator[list[Any]]:
    """Yield all rows with credentials, some at a time, in the order of their ids."""
    after: UUID | None = None
    while True:
        waiting = kind._default_manager.filter(credentials__isnull=False).order_by("pk")
        rows = list((waiting.filter(pk__gt=after) if after else waiting)[:size])
        if not rows:
            return
        yield rows
        after = rows[-1].pk


def rotate(row: Any, newest: str, sealed_anew: Kept = credentials.resealed) -> str:
    """Seal one row anew by compare-and-set: credentials that were replaced meanwhile are not overwritten."""
    before = bytes(row.credentials or b"")
    try:
        if vault.key_id_of(before) == newest:
            return "sealed so already"
        after = sealed_anew(row)
    except VaultError:
        return "not to be opened"
    changed = type(row)._default_manager.filter(pk=row.pk, credentials=before).update(credentials=after)
    return "sealed anew" if changed else "replaced meanwhile"
