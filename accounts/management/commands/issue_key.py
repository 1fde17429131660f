from datetime import timedelta
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from accounts import api_keys
from accounts.management.base import AccountCommand, find_organization, find_user
from accounts.models import Scope

MAX_DAYS = 36_500


class Command(AccountCommand):
    help = "Issue an API key and print it. It cannot be shown again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--organization", required=True)
        parser.add_argument("--user", required=True, help="E-mail address of the member that it acts as.")
        parser.add_argument("--name", default="issued on the command line")
        parser.add_argument("--scope", action="append", choices=Scope.values, help="Default: audit:write.")
        parser.add_argument("--days", type=int, help="Days until it expires; never by default.")

    def handle(self, *args: Any, **options: Any) -> None:
        days = options["days"]
        if days is not None and not 1 <= days <= MAX_DAYS:
            raise CommandError(f"--days is 1 to {MAX_DAYS}.")
        _, key = api_keys.issue(
            find_organization(options["organization"]),
            user=find_user(options["user"]),
            name=options["name"],
            scopes=options["scope"] or [Scope.WRITE],
            expires_at=None if days is None else timezone.now() + timedelta(days=days),
        )
        self.stdout.write(key)
