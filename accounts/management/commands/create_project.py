from typing import Any

from django.core.management.base import CommandParser

from accounts import services
from accounts.management.base import AccountCommand, find_organization


class Command(AccountCommand):
    help = "Create a project (one website) and print its slug."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug")
        parser.add_argument("--organization", required=True)
        parser.add_argument("--site-url", required=True)
        parser.add_argument("--name", default="")

    def handle(self, *args: Any, **options: Any) -> None:
        organization = find_organization(options["organization"])
        project = services.create_project(
            organization, slug=options["slug"], site_url=options["site_url"], name=options["name"]
        )
        self.stdout.write(project.slug)
