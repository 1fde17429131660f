from pathlib import Path

from django.conf import settings

from operations import runs
from operations.backups.creation import back_up
from operations.backups.drill import newest_backup, rehearse
from operations.models import Backup, RestoreDrill


def back_up_if_due() -> None:
    if settings.KRAFTER_BACKUP_DIR and runs.is_due(Backup, hours=settings.KRAFTER_BACKUP_HOURS):
        back_up(Path(settings.KRAFTER_BACKUP_DIR))


def rehearse_if_due() -> None:
    configured = settings.KRAFTER_BACKUP_DIR and settings.KRAFTER_DRILL_URL
    if configured and runs.is_due(RestoreDrill, hours=settings.KRAFTER_DRILL_HOURS):
        backup = newest_backup(Path(settings.KRAFTER_BACKUP_DIR))
        rehearse(backup, server_url=settings.KRAFTER_DRILL_URL)
