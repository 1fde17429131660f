from findings.services import dismissal_expiry
from krafter_audit.celery import app


@app.task(name="findings.reopen_expired_dismissals")
def reopen_expired_dismissals() -> None:
    """Reopen findings whose dismissal was accepted until a day that has passed."""
    dismissal_expiry.reopen_expired()
