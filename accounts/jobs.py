from typing import Any
from uuid import UUID

from accounts.invitations import mail
from accounts.sign_in import notices, password_reset, session_age
from krafter_audit.celery import app
from krafter_audit.jobs.queues import enqueue
from krafter_audit.mail import RETRY_SECONDS

BATCH_SIZE = 200
# For mails that are not stored in a row.
MAIL_RETRIES: dict[str, Any] = {
    "autoretry_for": (OSError,),
    "retry_backoff": RETRY_SECONDS,
    "max_retries": 6,
}


@app.task(name="accounts.send_invitation")
def send_invitation(invitation_id: str) -> None:
    """Send the e-mail of one invitation."""
    mail.send(UUID(invitation_id))


@app.task(name="accounts.requeue_pending")
def requeue_pending() -> None:
    """Enqueue the invitations that are to be sent and that no worker has leased."""
    for pk in mail.due().order_by("due_at").values_list("pk", flat=True)[:BATCH_SIZE]:
        enqueue("accounts.send_invitation", str(pk))


@app.task(name="accounts.send_password_reset", **MAIL_RETRIES)
def send_password_reset(email: str) -> None:
    """Send the link that resets a password."""
    password_reset.send(email)


@app.task(name="accounts.send_notice", **MAIL_RETRIES)
def send_notice(name: str, user_id: str, at: str, address: str, to: str = "") -> None:
    """Tell a user by mail that their password, second factor or e-mail address has changed."""
    notices.send(name, UUID(user_id), at, address, to)


@app.task(name="accounts.delete_expired_sessions")
def delete_expired_sessions() -> None:
    """Delete the rows of sessions that have ended."""
    session_age.delete_expired()
