"""manage.py list_keys ORGANIZATION"""

from typing import Any

from django.core.management.base import CommandParser

from accounts.management.base import AccountCommand, organization
from accounts.models import ApiKey


class Command(AccountCommand):
    help = "List an organisation's API keys: id, prefix, name, whose, scopes, last used, state."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("organization")

    def run(self, **options: Any) -> None:
        """List them, newest first."""
        rows = ApiKey.objects.filter(organization=organization(options["organization"]))
        for row in rows.select_related("user").order_by("-created_at"):
            used = f"{row.last_used_at:%Y-%m-%d %H:%M}" if row.last_used_at else "never"
            state = (
                "revoked"
                if row.revoked_at
                else f"until {row.expires_at:%Y-%m-%d}"
                if row.expires_at
                else "valid"
            )
            scopes = ",".join(row.scopes)
            self.say(
                f"{row.pk}  {row.key_prefix}…  {row.name}  {row.user.email}  {scopes}  used {used}  {state}"
            )
