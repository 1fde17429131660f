"""Mails about a changed password, second factor or e-mail address, so that users notice changes by another person."""

import logging
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import User
from krafter_audit.api.throttling.rate_limits import client_address
from krafter_audit.jobs.queues import enqueue_on_commit
from krafter_audit.mail import MailResult, html_mail, send_or_raise

logger = logging.getLogger(__name__)
# The sentence of a mail, by the name of the event.
SENTENCES = {
    "password.changed": "The password was changed",
    "password.reset": "The password was reset",
    "second_factor.added": "A second factor was set up",
    "second_factor.removed": "The second factor was removed",
    "second_factor.recovery_codes_replaced": "The recovery codes were replaced",
    "email.changed": "The e-mail address was changed",
}


def request_mail(name: str, user: User, request: HttpRequest | None = None, *, to: str = "") -> None:
    """Have a mail sent about a change that a user should know of; ignore other events. `to` is their old address."""
    if name not in SENTENCES:
        return
    address = client_address(request) if request else ""
    enqueue_on_commit("accounts.send_notice", name, str(user.pk), timezone.now().isoformat(), address, to)


def send(name: str, user_id: UUID, at: str, address: str, to: str) -> None:
    """Send the mail. Raises OSError if it is to be tried again."""
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None:
        return
    email = to or user.email
    context = {
        "sentence": SENTENCES[name],
        "email": email,
        "resets": not to,  # no account has the old address
        "at": datetime.fromisoformat(at),
        "address": address,
        "public_url": settings.KRAFTER_PUBLIC_URL,
    }
    subject = f"{SENTENCES[name]} · Krafter Audit"
    message = html_mail(email, subject=subject, template="sign_in/notice", context=context)
    if send_or_raise(message) == MailResult.REFUSED:
        logger.warning("the mail server refused a notice to user %s", user.pk)
