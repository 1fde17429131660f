"""manage.py set_quota ORGANIZATION (UNITS | none)"""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from accounts.management.base import AccountCommand, organization


class Command(AccountCommand):
    help = "Set how many units an organisation may spend a month; 'none' lifts the limit."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("organization")
        parser.add_argument("units")

    def run(self, **options: Any) -> None:
        """Set it."""
        units = options["units"]
        if units != "none" and not units.isdigit():
            raise CommandError("Units are a whole number, or 'none'.")
        whose = organization(options["organization"])
        whose.ai_quota = None if units == "none" else int(units)
        whose.full_clean()
        whose.save(update_fields=["ai_quota", "updated_at"])
        self.say(f"{whose.name}: {units}")
