from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from operations.backups.drill import newest_backup, rehearse
from operations.backups.restoration import restore
from operations.errors import OperationFailed


class Command(BaseCommand):
    help = (
        "Restore a backup into an empty database and an empty directory; with --drill, into a temporary database,"
        " and compare it with the backup. Without a directory the newest backup of KRAFTER_BACKUP_DIR is used."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("backup", nargs="?", type=Path, help="The directory of the backup.")
        parser.add_argument(
            "--drill", action="store_true", help="Restore, compare, record the result, delete."
        )
        parser.add_argument(
            "--into",
            default="",
            help="Without --drill: the URL of the empty database; PGPASSWORD may have its password.",
        )
        parser.add_argument("--media", type=Path, help="Without --drill: the empty directory for the files.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            backup = options["backup"] or newest_backup(Path(settings.KRAFTER_BACKUP_DIR or "."))
            if options["drill"]:
                self.drill(backup, settings.KRAFTER_DRILL_URL)
            else:
                self.restore(backup, options["into"], options["media"])
        except OperationFailed as error:
            raise CommandError(str(error)) from None

    def drill(self, backup: Path, server_url: str) -> None:
        if not server_url:
            raise CommandError("Set KRAFTER_DRILL_URL to a PostgreSQL server with nothing of value.")
        report = rehearse(backup, server_url=server_url).report
        verified = ", ".join(f"{number} {name}" for name, number in report["verified"].items())
        self.stdout.write(
            f"{backup} was restored in {report['seconds']} s: {report['rows']} rows of {report['tables']} tables and"
            f" {report['media_files']} files are as in the backup; verified: {verified}."
        )

    def restore(self, backup: Path, url: str, media: Path | None) -> None:
        if not url or not media:
            raise CommandError(
                "Give the empty database with --into URL and the empty directory with --media DIR."
            )
        content = restore(backup, database_url=url, media_root=media)
        self.stdout.write(
            f"{backup} is restored, {sum(content['tables'].values())} rows. Run migrate on it as its owner."
        )
