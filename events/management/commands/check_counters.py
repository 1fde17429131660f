from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from events.totals import reconciliation


class Command(BaseCommand):
    help = (
        "Compare the counters with the rows; with --rebuild, correct them. It may run while the system does."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--rebuild", action="store_true", help="Correct the counters.")

    def handle(self, *args: Any, **options: Any) -> None:
        found = list(reconciliation.differences())
        for difference in found:
            combination = " ".join(
                f"{name}={value}" for name, value in sorted(difference.combination.items())
            )
            self.stdout.write(
                f"{difference.project_id}  {difference.name}  {combination or 'all'}:"
                f" {_pair(difference.stored)} stored, {_pair(difference.counted)} counted"
            )
        if found and options["rebuild"]:
            self.stdout.write(f"{reconciliation.correct()} counters corrected.")
        elif found:
            raise CommandError(f"{len(found)} counters differ. --rebuild corrects them.")
        else:
            self.stdout.write("Every counter matches its rows.")


def _pair(numbers: tuple[int, int]) -> str:
    rows, score = numbers
    return f"{rows} (score {score})"
