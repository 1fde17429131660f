import hashlib
import smtplib
from collections.abc import Mapping
from datetime import timedelta
from email.policy import EmailPolicy, default
from email.utils import parseaddr
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, mailers
from django.core.mail.backends.base import BaseEmailBackend
from django.template.loader import render_to_string

from krafter_audit.security.control_characters import replace_controls

MAX_HEADER_LENGTH = 998  # of a line: RFC 5322, section 2.1.1
MAX_SUBJECT_LENGTH = 200
MAX_LINE_LENGTH = 76  # of an encoded word of 75 characters after a space
MAX_ATTEMPTS = 5
RETRY_SECONDS = 30  # before the second attempt; each further one waits twice as long
MIN_PERMANENT_CODE = 500  # RFC 5321, section 4.2.1: 4xx is temporary, 5xx permanent


class MailResult(StrEnum):
    """The mail server's response to a mail for one address; it may accept a postponed mail later."""

    SENT = "sent"
    REFUSED = "refused"
    POSTPONED = "postponed"


class MailPostponed(smtplib.SMTPException):
    """The mail server may accept a mail later."""


class MailPolicy(EmailPolicy):
    """Folds no `List-Unsubscribe` header, up to the 998 characters of RFC 5322."""

    def fold(self, name: str, value: Any) -> str:
        return EmailPolicy.fold(self._policy_of(name), name, value)

    def fold_binary(self, name: str, value: Any) -> bytes:
        return EmailPolicy.fold_binary(self._policy_of(name), name, value)

    def _policy_of(self, name: str) -> EmailPolicy:
        # Python would encode the URL as words (RFC 2047), which mail clients do not decode in this header.
        is_url = name.lower() == "list-unsubscribe"
        return self if is_url else self.clone(max_line_length=MAX_LINE_LENGTH)


class Mail(EmailMultiAlternatives):
    def message(self, **options: Any) -> Any:
        policy = options.pop("policy", default)
        # The sum is a MailPolicy with the values of both.
        policy = MailPolicy() + policy.clone(max_line_length=MAX_HEADER_LENGTH)
        return super().message(policy=policy, **options)


def send(mail: EmailMultiAlternatives, server: BaseEmailBackend) -> MailResult:
    """Send a mail to its one address.

    Raises OSError, such as an SMTPException, for errors that concern other addresses too.
    """
    try:
        server.send_messages([mail])
    except smtplib.SMTPRecipientsRefused as error:
        return _result_of(*(code for code, _ in error.recipients.values()))
    except smtplib.SMTPDataError as error:
        # Greylists and spam filters may reject the content instead of the address.
        return _result_of(error.smtp_code)
    return MailResult.SENT


def _result_of(*codes: int) -> MailResult:
    is_temporary = any(code < MIN_PERMANENT_CODE for code in codes)
    return MailResult.POSTPONED if is_temporary else MailResult.REFUSED


def send_or_raise(mail: EmailMultiAlternatives) -> MailResult:
    """Send a mail of a job that Celery retries. Raises MailPostponed, and OSError as `send`."""
    with mailers.default as server:
        result = send(mail, server)
    if result == MailResult.POSTPONED:
        raise MailPostponed("The mail server did not accept the address yet.")
    return result


def retry_delay(attempts: int) -> timedelta | None:
    """Return the pause after the failed attempt of this number; None after the last one."""
    if attempts >= MAX_ATTEMPTS:
        return None
    return timedelta(seconds=RETRY_SECONDS * 2 ** (attempts - 1))


def one_line(text: str) -> str:
    """Replace line breaks by spaces, for a name within a line of a mail."""
    return " ".join(text.split())


def message_id(row_id: UUID, address: str) -> str:
    """Return the Message-ID of the mail that a row causes to an address: a repeated one is recognised by it.

    A worker that is killed after the mail server had the message sends it again.
    """
    recipient = hashlib.sha256(address.encode()).hexdigest()[:16]
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    return f"<{row_id}.{recipient}@{domain}>"


def outcome_in_words(sent: int, refused: int) -> str:
    """Return `Sent to 2 recipients.` or `Sent to 1 recipient, refused for 3.`"""
    words = f"Sent to {sent} recipient{'' if sent == 1 else 's'}"
    return f"{words}, refused for {refused}." if refused else f"{words}."


def html_mail(
    address: str,
    *,
    subject: str,
    template: str,
    context: Mapping[str, Any],
    headers: Mapping[str, str] | None = None,
) -> EmailMultiAlternatives:
    """Return a mail from `template` with `.txt` and with `.html`."""
    values = dict(context)
    mail = Mail(
        subject=_header_text(subject)[:MAX_SUBJECT_LENGTH],
        body=replace_controls(render_to_string(f"{template}.txt", values)),
        to=[address],
        headers=dict(headers or {}),
    )
    mail.attach_alternative(replace_controls(render_to_string(f"{template}.html", values)), "text/html")
    return mail


def _header_text(text: str) -> str:
    # A line break would begin another header, and Python would decode encoded words (RFC 2047).
    return replace_controls(one_line(text)).replace("=?", "= ?")
