import os
from typing import Any

from django.core.management.base import CommandParser

from accounts import services
from accounts.management.base import AccountCommand, find_organization, require_strong_password
from accounts.models import Membership, User


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
        password = os.environ.get("KRAFTER_PASSWORD") or None
        if password:
            user = User(email=options["email"], name=options["name"])
            require_strong_password(password, user, variable="KRAFTER_PASSWORD")
        created = services.create_user(
            options["email"],
            organization=find_organization(options["organization"]),
            role=options["role"],
            name=options["name"],
            is_staff=options["staff"],
            is_superuser=options["superuser"],
            password=password,
        )
        self.stdout.write(str(created.pk))
