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
    """Rejects mails to Eve."""

    reply = (550, b"no such user")

    def send_messages(self, messages: Sequence[EmailMessage]) -> int:
        if messages[0].to == ["eve@example.com"]:
            raise smtplib.SMTPRecipientsRefused({"eve@example.com": self.reply})
        return super().send_messages(messages)


class GreylistsEve(RefusesEve):
    """Takes messages to Eve only later."""

    reply = (450, b"greylisted")


class AnswersTheContent(EmailBackend):
    """Accepts each address, and answers the content of a message to Eve."""

    reply = (554, b"looks like spam")

    def send_messages(self, messages: Sequence[EmailMessage]) -> int:
        if messages[0].to == ["eve@example.com"]:
            raise smtplib.SMTPDataError(*self.reply)
        return super().send_messages(messages)


class PostponesTheContent(AnswersTheContent):
    reply = (451, b"try again later")
