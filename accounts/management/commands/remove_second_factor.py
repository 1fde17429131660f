from typing import Any

from django.core.management.base import CommandError, CommandParser

from accounts.management.base import AccountCommand, find_user
from accounts.sign_in import second_factor


class Command(AccountCommand):
    help = "Remove the second factor of a user who has lost it, and end their sessions."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")

    def handle(self, *args: Any, **options: Any) -> None:
        if not second_factor.remove(find_user(options["email"])):
            raise CommandError(f"{options['email']} has no second factor.")
        self.stdout.write("removed; the user's sessions have ended")
