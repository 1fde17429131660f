"""The engine of an alert: claim the message, send it through its channel, keep how it went."""

import smtplib
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.core.mail import EmailMessage, mailers
from django.utils import timezone

from integrations import destinations
from integrations.alert_models import Channel
from integrations.messages import slack_payload, subject, text
from integrations.models import Alert, Destination
from krafter_audit.db import leases
from krafter_audit.http import slack
from krafter_audit.security.vault import VaultError

LEASE = 60  # seconds
MOST_ATTEMPTS = 5
PAUSE = 30  # seconds before the second attempt; each further one waits twice as long
Status = Alert.Status


class Refused(Exception):
    """Nobody will take the message. The text is a sentence without secrets."""


class Postponed(Exception):
    """Nobody can take it now."""

    def __init__(self, message: str, *, wait: int = 0) -> None:
        self.wait = wait
        super().__init__(message)


def tell(alert_id: UUID) -> None:
    """Send one message whose time has come; nothing when another worker has it."""
    alert = leases.acquire(
        Alert,
        alert_id,
        seconds=LEASE,
        status__in=[Status.GATHERING, Status.SENDING],
        due_at__lte=timezone.now(),
    )
    if alert is None or not _closed(alert):
        return
    try:
        with leases.renewing(alert, seconds=LEASE):
            outcome = _send(alert)
    except Refused as refusal:
        _end(alert, Status.FAILED, str(refusal))
    except Postponed as outage:
        _put_off(alert, outage)
    else:
        _end(alert, Status.SENT, outcome, sent_at=timezone.now())


def _closed(alert: Alert) -> bool:
    """Let what comes from now on go into the next message, and read this one as it ended."""
    waiting = (Status.GATHERING, Status.SENDING)
    if not Alert.transitions.update(leases.owned(alert), waiting, Status.SENDING):
        return False
    alert.refresh_from_db()
    return True


def _send(alert: Alert) -> str:
    found = Destination.objects.filter(project=alert.project, channel=alert.channel).first()
    return _mail(alert, found) if alert.channel == Channel.EMAIL else _post(alert, found)


def _post(alert: Alert, found: Destination | None) -> str:
    if found is None:
        raise Refused("No Slack webhook is set for this project: PUT …/alerts/destinations/slack.")
    try:
        slack.post(destinations.webhook_of(found), slack_payload(alert))
    except VaultError as error:
        raise Refused(f"{error} Set the webhook again.") from None
    except slack.SlackRefused as refusal:
        raise Refused(str(refusal)) from None
    except slack.SlackUnavailable as outage:
        raise Postponed(str(outage), wait=outage.wait) from None
    return "Delivered."


def _mail(alert: Alert, found: Destination | None) -> str:
    """Send to each address over one connection; those who have it already are not told twice."""
    people = found.recipients if found else destinations.people_of(alert.project)
    if not people:
        raise Refused("Nobody is to be told by e-mail: PUT …/alerts/destinations/email.")
    try:
        with mailers.default as server:
            for address in people:
                if address not in alert.told:
                    letter = EmailMessage(subject=subject(alert), body=text(alert), to=[address])
                    server.send_messages([letter])
                    alert.told = [*alert.told, address]
                    leases.write(alert, told=alert.told)
    except smtplib.SMTPRecipientsRefused:
        raise Refused(f"The mail server refused an address; {len(alert.told)} have it.") from None
    except (OSError, smtplib.SMTPException) as error:
        raise Postponed(f"The mail server did not take the message ({type(error).__name__}).") from None
    return f"Sent to {len(alert.told)}."


def _put_off(alert: Alert, outage: Postponed) -> None:
    if alert.attempts >= MOST_ATTEMPTS:
        _end(alert, Status.FAILED, f"{outage} It was tried {alert.attempts} times.")
        return
    wait = outage.wait or PAUSE * 2 ** (alert.attempts - 1)
    until = timezone.now() + timedelta(seconds=wait)
    leases.write(alert, due_at=until, lease_until=None, outcome=str(outage)[:300], updated_at=timezone.now())


def _end(alert: Alert, status: str, outcome: str, **more: Any) -> None:
    changes = {"outcome": outcome[:300], "lease_until": None, **more}
    Alert.transitions.update(leases.owned(alert), Status.SENDING, status, **changes)
