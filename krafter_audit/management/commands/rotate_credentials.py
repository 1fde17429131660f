from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.sign_in import second_factor
from krafter_audit.security import vault
from krafter_audit.security.vault import VaultError
from operations.credentials import SEALED_MODELS, batches, reseal

ROTATED, CURRENT, REPLACED, UNREADABLE = "rotated", "already current", "replaced meanwhile", "unreadable"


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
        for model in SEALED_MODELS:
            for rows in batches(model, max(1, batch)):
                counts.update(rotate(row, first_key) for row in rows)
        counts.update(rotate_second_factor(row, first_key) for row in second_factor.authenticators())
        for outcome, number in counts.items():
            self.stdout.write(f"{number} {outcome}")
        if counts[UNREADABLE]:
            raise CommandError(
                "Some credentials were sealed with a key that is not in KRAFTER_ENCRYPTION_KEYS."
            )


def rotate(row: Any, first_key: str) -> str:
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


def rotate_second_factor(authenticator: Any, first_key: str) -> str:
    before = second_factor.sealed_secret(authenticator)
    try:
        if vault.key_id_of(before) == first_key:
            return CURRENT
        after = second_factor.reseal(authenticator)
    except VaultError:
        return UNREADABLE
    return ROTATED if second_factor.replace_secret(authenticator, before, after) else REPLACED
