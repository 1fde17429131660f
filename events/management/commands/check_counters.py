"""manage.py check_counters [--rebuild]"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from events import reconciliation


class Command(BaseCommand):
    help = "Compare the totals that are kept with a count of the rows; with --rebuild, mend them. It may run any time."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("--rebuild", action="store_true", help="Add what the totals lack.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Say each difference; end with 1 where there is one that is not mended."""
        found = list(reconciliation.differences())
        for one in found:
            words = " ".join(f"{name}={value}" for name, value in sorted(one.of.items())) or "all"
            self.stdout.write(
                f"{one.project_id}  {one.kind}  {words}: {_pair(one.told)} told, {_pair(one.counted)} counted"
            )
        if found and options["rebuild"]:
            self.stdout.write(f"{reconciliation.mend()} totals mended.")
        elif found:
            raise CommandError(f"{len(found)} totals differ. --rebuild mends them.")
        else:
            self.stdout.write("Every total is what counting gives.")


def _pair(numbers: tuple[int, int]) -> str:
    rows, score = numbers
    return f"{rows} (score {score})"
