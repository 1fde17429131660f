from typing import Any

from django.core.management.base import CommandError, CommandParser

from accounts import services
from accounts.management.base import AccountCommand, find_organization

MAX_DIGITS = 20  # more than the column has


class Command(AccountCommand):
    help = "Set the monthly quota of an organisation in units; 'none' for unlimited."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("organization")
        parser.add_argument("units")

    def handle(self, *args: Any, **options: Any) -> None:
        units = options["units"]
        # Python reads no number of more than 4,300 digits.
        if units != "none" and not (units.isdecimal() and len(units) <= MAX_DIGITS):
            raise CommandError("Units must be a whole number or 'none'.")
        quota = None if units == "none" else int(units)
        row = services.update_organization(
            find_organization(options["organization"]), changes={"ai_quota": quota}
        )
        self.stdout.write(f"{row.name}: {units}")
