from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from krafter_audit.conf.documentation import documented


class Command(BaseCommand):
    help = "Write the tables of settings in docs/operations.md from their declarations."
    requires_system_checks = ()  # no value of a setting matters here

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="Only exit with 1 when the page is stale.")

    def handle(self, *args: Any, **options: Any) -> None:
        path = settings.BASE_DIR / "docs" / "operations.md"
        page = path.read_text(encoding="utf-8")
        new = documented(page)
        if page == new:
            self.stdout.write("docs/operations.md is up to date.")
            return
        if options["check"]:
            raise CommandError("docs/operations.md is stale. Run ./krafter manage document_settings.")
        path.write_text(new, encoding="utf-8")
        self.stdout.write("docs/operations.md is written.")
