"""`manage.py rotate_credentials`: seal every credential with the first key of KRAFTER_ENCRYPTION_KEYS."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandParser

from integrations import credentials
from integrations.models import Integration
from krafter_audit.lib import vault
from krafter_audit.lib.vault import VaultError


class Command(BaseCommand):
    help = (
        "Seal every stored credential anew with the first key of KRAFTER_ENCRYPTION_KEYS. Put the new key in "
        "front, restart, run this, then take the old key away. It may run while the system runs."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--batch", type=int, default=200, help="Rows that are read at once (200).")

    def handle(self, *args: Any, batch: int, **options: Any) -> None:
        """Go through all rows once and say what became of how many."""
        newest = vault.sealing_key_id()
        counts = {"sealed anew": 0, "sealed so already": 0, "replaced meanwhile": 0, "not to be opened": 0}
        for rows in batches(max(1, batch)):
            for row in rows:
                counts[rotate(row, newest)] += 1
        for outcome, number in counts.items():
            self.stdout.write(f"{number} {outcome}")
        if counts["not to be opened"]:
            self.stderr.write(
                "Some credentials were sealed with a key that is not in KRAFTER_ENCRYPTION_KEYS."
            )


def batches(size: int) -> Iterator[list[Integration]]:
    """Yield all rows with credentials, some at a time, in the order of their ids."""
    after: UUID | None = None
    while True:
        waiting = Integration.objects.filter(credentials__isnull=False).order_by("id")
        rows = list((waiting.filter(pk__gt=after) if after else waiting)[:size])
        if not rows:
            return
        yield rows
        after = rows[-1].pk


def rotate(row: Integration, newest: str) -> str:
    """Seal one row anew by compare-and-set: credentials that were replaced meanwhile are not overwritten."""
    before = bytes(row.credentials or b"")
    try:
        if vault.key_id(before) == newest:
            return "sealed so already"
        after = credentials.resealed(row)
    except VaultError:
        return "not to be opened"
    changed = Integration.objects.filter(pk=row.pk, credentials=before).update(credentials=after)
    return "sealed anew" if changed else "replaced meanwhile"
