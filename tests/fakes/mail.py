"""Mail servers that take some messages and not others."""

import smtplib
from collections.abc import Sequence

from django.core.mail.backends.locmem import EmailBackend
from django.core.mail.message import EmailMessage


class OnlyFirst(EmailBackend):
    """Takes the message to Ada and breaks the connection at the next."""

    def send_messages(self, messages: Sequence[EmailMessage]) -> int:
        if messages[0].to != ["ada@example.com"]:
            raise ConnectionRefusedError
        return super().send_messages(messages)


class RefusesEve(EmailBackend):
    """Does not know Eve."""

    def send_messages(self, messages: Sequence[EmailMessage]) -> int:
        if messages[0].to == ["eve@example.com"]:
            raise smtplib.SMTPRecipientsRefused({"eve@example.com": (550, b"no such user")})
        return super().send_messages(messages)
