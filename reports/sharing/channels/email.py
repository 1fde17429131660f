"""E-mail: one message for each recipient, so that none sees the others; text and HTML, with a link."""

import smtplib

from django.core.mail import EmailMultiAlternatives, mailers
from django.core.mail.backends.base import BaseEmailBackend
from django.template.loader import render_to_string

from reports.errors import DeliveryPostponed, DeliveryRefused
from reports.sharing.channels.base import Channel, Message, Parcel

SENT, REFUSED = "sent", "refused"


def deliver(parcel: Parcel) -> str:
    """Send to each recipient over one connection; an address that is refused does not stop the others."""
    try:
        with mailers.default as server:
            outcomes = [send(parcel, address, server) for address in parcel.recipients]
    except (OSError, smtplib.SMTPException) as error:
        raise DeliveryPostponed(
            f"The mail server did not take the message ({type(error).__name__})."
        ) from error
    if SENT not in outcomes and outcomes:
        raise DeliveryRefused("The mail server refused every recipient.")
    refused = outcomes.count(REFUSED)
    return (
        f"Sent to {len(outcomes) - refused}, refused for {refused}."
        if refused
        else "Sent to every recipient."
    )


def send(parcel: Parcel, address: str, server: BaseEmailBackend) -> str:
    """Send to one address and note the outcome before the next: a job that broke off repeats none."""
    try:
        server.send_messages([letter(parcel.message, address)])
        outcome = SENT
    except smtplib.SMTPRecipientsRefused as error:
        if any(code < 500 for code, _ in error.recipients.values()):
            raise
        outcome = REFUSED
    parcel.note(address, outcome)
    return outcome


def letter(message: Message, address: str) -> EmailMultiAlternatives:
    """Write the message to one address."""
    context = {"message": message}
    mail = EmailMultiAlternatives(
        subject=f"Audit report: {message.project}, {message.period}".replace("\n", " ").replace("\r", " "),
        body=render_to_string("reports/email.txt", context),
        to=[address],
    )
    mail.attach_alternative(render_to_string("reports/email.html", context), "text/html")
    return mail


CHANNEL = Channel(needs=frozenset({"recipients"}), deliver=deliver)
