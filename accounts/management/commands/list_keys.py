from typing import Any

from django.core.management.base import CommandParser

from accounts.management.base import AccountCommand, find_organization
from accounts.models import ApiKey


class Command(AccountCommand):
    help = "List an organisation's API keys: id, prefix, name, user, scopes, last used, state."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("organization")

    def handle(self, *args: Any, **options: Any) -> None:
        rows = ApiKey.objects.filter(organization=find_organization(options["organization"]))
        for row in rows.select_related("user").order_by("-created_at"):
            used = f"{row.last_used_at:%Y-%m-%d %H:%M}" if row.last_used_at else "never"
            scopes = ",".join(row.scopes)
            self.stdout.write(
                f"{row.pk}  {row.key_prefix}…  {row.name}  {row.user.email}  {scopes}  used {used}  {state_of(row)}"
            )


def state_of(key: ApiKey) -> str:
    if key.status != "active":
        return key.status
    return f"until {key.expires_at:%Y-%m-%d}" if key.expires_at else "valid"
