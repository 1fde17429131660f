from collections.abc import Callable, Mapping
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from documentation import state_machines
from documentation.contents import source
from krafter_audit.conf import settings_tables

# The pages of docs/ with a generated part → the function that returns the page with this part generated.
PAGES: Mapping[str, Callable[[str], str]] = {
    "operations": settings_tables.with_tables,
    "states": state_machines.with_diagrams,
}


class Command(BaseCommand):
    help = (
        "Write the tables of settings in docs/operations.md and the diagrams in docs/states.md from the code."
    )
    requires_system_checks = ()  # no value of a setting matters here

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="Only exit with 1 when a page is stale.")

    def handle(self, *args: Any, **options: Any) -> None:
        stale = {}
        for name, generate in PAGES.items():
            page = source(name).read_text(encoding="utf-8")
            if (new := generate(page)) != page:
                stale[name] = new
        files = ", ".join(f"docs/{name}.md" for name in stale)
        if stale and options["check"]:
            raise CommandError(f"Stale: {files}. Run ./krafter manage generate_docs.")
        for name, new in stale.items():
            source(name).write_text(new, encoding="utf-8")
        self.stdout.write(f"Written: {files}." if stale else "All pages are up to date.")
