from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from operations.backups.creation import back_up
from operations.errors import OperationFailed


class Command(BaseCommand):
    help = "Back up the database and the files into a new directory. The keys are not in it: store them elsewhere."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--to", type=Path, help="The parent directory (default: KRAFTER_BACKUP_DIR).")

    def handle(self, *args: Any, **options: Any) -> None:
        parent = options["to"] or (settings.KRAFTER_BACKUP_DIR and Path(settings.KRAFTER_BACKUP_DIR))
        if not parent:
            raise CommandError("Set KRAFTER_BACKUP_DIR, or give a directory with --to.")
        try:
            run = back_up(parent)
        except OperationFailed as error:
            raise CommandError(str(error)) from None
        content = run.report
        self.stdout.write(
            f"{run.path}: {sum(content['tables'].values())} rows of {len(content['tables'])} tables,"
            f" {content['media_files']} files, {content['bytes'] / 1e6:.1f} MB"
        )
        keys = {kind: ", ".join(ids) or "none" for kind, ids in content["key_ids"].items()}
        self.stdout.write(
            f"The keys are not in it: KRAFTER_SECRET_KEY, KRAFTER_ENCRYPTION_KEYS ({keys['encryption']}) and"
            f" KRAFTER_SIGNING_KEYS ({keys['signing']})."
        )
