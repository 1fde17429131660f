from typing import Any

from django.core.management.base import CommandParser

from accounts import services
from accounts.management.base import AccountCommand


class Command(AccountCommand):
    help = "Create an organisation and print its id."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name")
        parser.add_argument("--quota", type=int, help="Units per calendar month; unlimited by default.")

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(str(services.create_organization(options["name"], ai_quota=options["quota"]).pk))
