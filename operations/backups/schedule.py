from pathlib import Path

from django.conf import settings

from operations import runs
from operations.backups.creation import back_up
from operations.backups.drill import newest_backup, rehearse
from operations.models import Backup, RestoreDrill, Run


def interval_hours(model: type[Run]) -> int:
    """Return the hours between two backups or drills that workers create, or 0 if they create none."""
    if not settings.KRAFTER_BACKUP_DIR:
        return 0
    if model is Backup:
        return settings.KRAFTER_BACKUP_HOURS
    return settings.KRAFTER_DRILL_HOURS if settings.KRAFTER_DRILL_URL else 0


def back_up_if_due() -> None:
    if runs.is_due(Backup, hours=interval_hours(Backup)):
        back_up(Path(settings.KRAFTER_BACKUP_DIR))


def rehearse_if_due() -> None:
    if runs.is_due(RestoreDrill, hours=interval_hours(RestoreDrill)):
        backup = newest_backup(Path(settings.KRAFTER_BACKUP_DIR))
        rehearse(backup, server_url=settings.KRAFTER_DRILL_URL)
