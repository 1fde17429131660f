import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from operations.backups.verification import verify


class Command(BaseCommand):
    help = "Verify evidence chains, screenshots, credentials, counters, report files and migrations."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--json", action="store_true", help="Print JSON, and end with 0 whatever it found."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        found = verify()
        if options["json"]:
            self.stdout.write(json.dumps(found))
            return
        for name, check in found["checks"].items():
            self.stdout.write(f"{name}: {check['verified']} verified, {check['problems']} problems")
            for example in check["examples"]:
                self.stdout.write(f"  {example}")
        if any(check["problems"] for check in found["checks"].values()):
            raise CommandError("The data has problems.")
