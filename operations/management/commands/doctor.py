import json
import sys
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from operations.doctor.diagnosis import OK, PROBLEM
from operations.doctor.examination import examine


class Command(BaseCommand):
    help = "Examine this running installation; end with 1 if something is wrong."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="Print a JSON list.")

    def handle(self, *args: Any, **options: Any) -> None:
        found = list(examine())
        if options["json"]:
            self.stdout.write(json.dumps([asdict(diagnosis) for diagnosis in found], indent=2))
        else:
            for diagnosis in found:
                mark = "" if diagnosis.level == OK else f"{diagnosis.level.upper()}: "
                self.stdout.write(f"  {diagnosis.subject:<14} {mark}{diagnosis.text}")
        if any(diagnosis.level == PROBLEM for diagnosis in found):
            sys.exit(1)
