"""manage.py set_member EMAIL --organization ID --role ROLE"""

from typing import Any

from django.core.management.base import CommandParser

from accounts import services
from accounts.management.base import AccountCommand, organization, user
from accounts.models import Membership


class Command(AccountCommand):
    help = "Put a user into an organisation, or change the role there."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("email")
        parser.add_argument("--organization", required=True)
        parser.add_argument("--role", choices=Membership.Role.values, required=True)

    def run(self, **options: Any) -> None:
        """Set the role."""
        whose = organization(options["organization"])
        self.say(str(services.add_member(whose, user(options["email"]), role=options["role"])))
