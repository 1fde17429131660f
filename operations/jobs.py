from krafter_audit.celery import app
from operations.backups import schedule

SIX_HOURS = 6 * 3600


@app.task(name="operations.back_up", soft_time_limit=SIX_HOURS, time_limit=SIX_HOURS + 60)
def back_up() -> None:
    """Create a backup if one is due."""
    schedule.back_up_if_due()


@app.task(name="operations.rehearse_restore", soft_time_limit=SIX_HOURS, time_limit=SIX_HOURS + 60)
def rehearse_restore() -> None:
    """Restore the newest backup into a temporary database if a drill is due."""
    schedule.rehearse_if_due()
