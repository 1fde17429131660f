"""E-mail: one message per recipient, with text and HTML."""

from django.core.mail import EmailMultiAlternatives, mailers
from django.core.mail.backends.base import BaseEmailBackend

from krafter_audit import mail
from krafter_audit.delivery_errors import DeliveryPostponed, DeliveryRefused
from krafter_audit.mail import MailResult
from reports.sharing.channels.base import ReportMessage, ShareChannel, ShareDelivery


def deliver(delivery: ShareDelivery) -> str:
    """Send to each recipient over one connection; a refused one does not stop the others."""
    try:
        with mailers.default as server:
            results = [send(delivery, address, server) for address in delivery.recipients]
    except OSError as error:
        reason = f"The mail server did not accept the message ({type(error).__name__})."
        raise DeliveryPostponed(reason) from error
    if MailResult.POSTPONED in results:
        raise DeliveryPostponed("The mail server did not accept every recipient yet.")
    outcomes = list(delivery.outcomes.values())
    if MailResult.SENT not in outcomes and outcomes:
        raise DeliveryRefused("The mail server refused every recipient.")
    refused = outcomes.count(MailResult.REFUSED)
    if refused:
        return mail.outcome_in_words(len(outcomes) - refused, refused)
    return "Sent to every recipient."


def send(delivery: ShareDelivery, address: str, server: BaseEmailBackend) -> MailResult:
    result = mail.send(build_mail(delivery.message, address), server)
    if result != MailResult.POSTPONED:
        # At once, so that a retry does not repeat the message.
        delivery.save_outcome(address, result.value)
    return result


def build_mail(message: ReportMessage, address: str) -> EmailMultiAlternatives:
    subject = f"Audit report: {message.project}, {message.period}"
    headers = {"Message-ID": mail.message_id(message.share_id, address)}
    return mail.html_mail(
        address, subject=subject, template="reports/email", context={"message": message}, headers=headers
    )


CHANNEL = ShareChannel(needs=frozenset({"recipients"}), deliver=deliver)
