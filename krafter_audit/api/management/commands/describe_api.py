"""manage.py describe_api [--check]"""

import json
from io import StringIO
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from krafter_audit.api.docs import DESCRIPTION


class Command(BaseCommand):
    help = (
        "Write the OpenAPI description of the API into the tree; with --check, only tell whether it is stale."
    )
    requires_system_checks = ()  # it reads code; no setting has a say in it

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("--check", action="store_true", help="End with 1 when the file is stale.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the file that the web serves, or compare it with what the code says."""
        said = _description()
        stale = not DESCRIPTION.exists() or DESCRIPTION.read_bytes() != said
        if stale and options["check"]:
            raise CommandError(
                f"{DESCRIPTION.name} is not what the code says of the API."
                " Run ./krafter schema, read what has changed in it, and commit it."
            )
        if stale:
            DESCRIPTION.write_bytes(said)
        self.stdout.write(f"{DESCRIPTION.name} {'is written' if stale else 'is what the code says'}.")


def _description() -> bytes:
    said = StringIO()
    call_command("spectacular", format="openapi-json", validate=True, fail_on_warn=True, stdout=said)
    return (json.dumps(json.loads(said.getvalue()), ensure_ascii=False, indent=2) + "\n").encode()
