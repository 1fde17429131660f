from typing import Any

from django.core.management.base import CommandParser

from accounts import services
from accounts.management.base import AccountCommand, find_organization, find_user
from accounts.models import Membership


class Command(AccountCommand):
    help = "Add a user to an organisation, or change their role."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--organization", required=True)
        parser.add_argument("--role", choices=Membership.Role.values, required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        organization = find_organization(options["organization"])
        self.stdout.write(
            str(services.set_member(organization, find_user(options["email"]), role=options["role"]))
        )
