import os
from typing import Any

from django.core.management.base import CommandParser

from accounts import services
from accounts.management.base import AccountCommand, find_organization
from accounts.models import Membership


class Command(AccountCommand):
    help = (
        "Create a user in an organisation and print the user's id. The password comes from KRAFTER_PASSWORD."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--organization", required=True)
        parser.add_argument("--role", choices=Membership.Role.values, default=Membership.Role.MEMBER)
        parser.add_argument("--name", default="")
        parser.add_argument(
            "--staff", action="store_true", help="Give access to the admin of that organisation."
        )
        parser.add_argument(
            "--superuser", action="store_true", help="Give access to everything in the admin."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        user = services.create_user(
            options["email"],
            organization=find_organization(options["organization"]),
            role=options["role"],
            name=options["name"],
            is_staff=options["staff"],
            is_superuser=options["superuser"],
            password=os.environ.get("KRAFTER_PASSWORD"),
        )
        self.stdout.write(str(user.pk))
