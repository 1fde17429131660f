from typing import Any

from django.core.management.base import CommandError, CommandParser

from accounts import services
from accounts.management.base import AccountCommand, find_organization


class Command(AccountCommand):
    help = "Set the monthly quota of an organisation in units; 'none' for unlimited."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("organization")
        parser.add_argument("units")

    def handle(self, *args: Any, **options: Any) -> None:
        units = options["units"]
        try:
            quota = None if units == "none" else int(units)
        except ValueError:
            raise CommandError("Units must be a whole number or 'none'.") from None
        row = services.update_organization(
            find_organization(options["organization"]), changes={"ai_quota": quota}
        )
        self.stdout.write(f"{row.name}: {units}")
