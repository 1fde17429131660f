"""Mails about a changed password or second factor, so that users notice changes by another person."""

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
# What has happened, by the name of the event.
SENTENCES = {
    "password.changed": "The password was changed",
    "password.reset": "The password was reset",
    "second_factor.added": "A second factor was set up",
    "second_factor.removed": "The second factor was removed",
    "second_factor.recovery_codes_replaced": "The recovery codes were replaced",
}


def request_mail(name: str, user: User, request: HttpRequest | None = None) -> None:
    """Have a mail sent about a change that a user should know of; ignore other events."""
    if name not in SENTENCES:
        return
    address = client_address(request) if request else ""
    enqueue_on_commit("accounts.send_notice", name, str(user.pk), timezone.now().isoformat(), address)


def send(name: str, user_id: UUID, at: str, address: str) -> None:
    """Send the mail. Raises OSError if it is to be tried again."""
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None:
        return
    context = {
        "sentence": SENTENCES[name],
        "email": user.email,
        "at": datetime.fromisoformat(at),
        "address": address,
        "public_url": settings.KRAFTER_PUBLIC_URL,
    }
    subject = f"{SENTENCES[name]} · Krafter Audit"
    message = html_mail(user.email, subject=subject, template="sign_in/notice", context=context)
    if send_or_raise(message) == MailResult.REFUSED:
        logger.warning("the mail server refused a notice to user %s", user.pk)
