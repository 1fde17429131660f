from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from documentation.contents import source
from documentation.state_machines import documented


class Command(BaseCommand):
    help = "Write the diagrams in docs/states.md from the transition tables."
    requires_system_checks = ()  # no setting matters here

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="Only exit with 1 when the page is stale.")

    def handle(self, *args: Any, **options: Any) -> None:
        path = source("states")
        page = path.read_text(encoding="utf-8")
        new = documented(page)
        if page == new:
            self.stdout.write("docs/states.md is up to date.")
            return
        if options["check"]:
            raise CommandError("docs/states.md is stale. Run ./krafter manage document_states.")
        path.write_text(new, encoding="utf-8")
        self.stdout.write("docs/states.md is written.")
