"""E-mail: one message per recipient, with text and HTML."""

import smtplib

from django.core.mail import EmailMultiAlternatives, mailers
from django.core.mail.backends.base import BaseEmailBackend

from krafter_audit.mail import html_mail
from reports.errors import DeliveryPostponed, DeliveryRefused
from reports.sharing.channels.base import ReportMessage, ShareChannel, ShareDelivery

SENT, REFUSED, LATER = "sent", "refused", "later"


def deliver(delivery: ShareDelivery) -> str:
    """Send to each recipient over one connection; a refused one does not stop the others."""
    try:
        with mailers.default as server:
            results = [send(delivery, address, server) for address in delivery.recipients]
    except (OSError, smtplib.SMTPException) as error:
        reason = f"The mail server did not accept the message ({type(error).__name__})."
        raise DeliveryPostponed(reason) from error
    if LATER in results:
        raise DeliveryPostponed("The mail server did not accept every recipient yet.")
    outcomes = list(delivery.outcomes.values())
    if SENT not in outcomes and outcomes:
        raise DeliveryRefused("The mail server refused every recipient.")
    refused = outcomes.count(REFUSED)
    if refused:
        return f"Sent to {len(outcomes) - refused}, refused for {refused}."
    return "Sent to every recipient."


def send(delivery: ShareDelivery, address: str, server: BaseEmailBackend) -> str:
    try:
        server.send_messages([build_mail(delivery.message, address)])
        outcome = SENT
    except smtplib.SMTPRecipientsRefused as error:
        # RFC 5321, section 4.2.1: 4xx is temporary, 5xx permanent.
        if any(code < 500 for code, _ in error.recipients.values()):
            return LATER
        outcome = REFUSED
    # At once, so that a retry does not repeat the message.
    delivery.save_outcome(address, outcome)
    return outcome


def build_mail(message: ReportMessage, address: str) -> EmailMultiAlternatives:
    subject = f"Audit report: {message.project}, {message.period}"
    return html_mail(address, subject=subject, template="reports/email", context={"message": message})


CHANNEL = ShareChannel(needs=frozenset({"recipients"}), deliver=deliver)
