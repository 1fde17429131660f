from typing import Any
from uuid import UUID

from django.core.management.base import CommandError, CommandParser

from accounts import api_keys
from accounts.management.base import AccountCommand
from accounts.models import ApiKey


class Command(AccountCommand):
    help = "Revoke an API key at once. list_keys prints the ids."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("key_id")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            row = ApiKey.objects.get(pk=UUID(options["key_id"]))
        except (ValueError, ApiKey.DoesNotExist):
            raise CommandError(f"Key {options['key_id']} not found.") from None
        self.stdout.write(
            f"{row.key_prefix}… revoked at {api_keys.revoke(row).revoked_at:%Y-%m-%d %H:%M:%S} UTC"
        )
