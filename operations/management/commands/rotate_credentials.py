from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from krafter_audit.security import vault
from krafter_audit.security.vault import VaultError
from operations.credentials import StoredSecret, stored_secrets

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
        counts.update(rotate(secret, first_key) for secret in stored_secrets(max(1, batch)))
        for outcome, number in counts.items():
            self.stdout.write(f"{number} {outcome}")
        if counts[UNREADABLE]:
            raise CommandError(
                "Some credentials were sealed with a key that is not in KRAFTER_ENCRYPTION_KEYS."
            )


def rotate(secret: StoredSecret, first_key: str) -> str:
    try:
        if vault.key_id_of(secret.sealed) == first_key:
            return CURRENT
        resealed = secret.reseal()
    except VaultError:
        return UNREADABLE
    return ROTATED if secret.replace(resealed) else REPLACED
