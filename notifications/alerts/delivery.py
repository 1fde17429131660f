"""Deliver an alert: lease, send, store the outcome."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.core.mail import mailers
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone

from krafter_audit import mail, slack
from krafter_audit.db import leases
from krafter_audit.delivery_errors import DeliveryPostponed, DeliveryRefused
from krafter_audit.jobs.isolation import isolated
from krafter_audit.mail import MailResult
from krafter_audit.security.vault import VaultError
from notifications import destinations
from notifications.alerts.emails import build_email
from notifications.alerts.messages import slack_payload
from notifications.models import Alert, Destination
from notifications.public_pages import alert_url
from notifications.unsubscriptions import subscribed_addresses
from remediation.alert_routing import AlertChannel

LEASE_SECONDS = 60
Status = Alert.Status


def deliver(alert_id: UUID) -> None:
    alert = leases.acquire(
        Alert, alert_id, seconds=LEASE_SECONDS, status__in=Alert.UNFINISHED, due_at__lte=timezone.now()
    )
    if alert is None:
        return
    with isolated("delivery of alert", alert.pk) as isolation:
        _deliver(alert)
    if isolation.failed:
        _retry_later(alert, DeliveryPostponed("The delivery was interrupted."))


def _deliver(alert: Alert) -> None:
    if not _stop_collecting(alert):
        return
    try:
        with leases.renewing(alert, seconds=LEASE_SECONDS):
            outcome = _send(alert)
    except DeliveryRefused as error:
        _finish(alert, Status.FAILED, str(error))
    except DeliveryPostponed as error:
        _retry_later(alert, error)
    else:
        _finish(alert, Status.SENT, outcome, sent_at=timezone.now())


def _stop_collecting(alert: Alert) -> bool:
    # In this status later events start another alert: the content read now is final.
    if not Alert.transitions.update(leases.owned(alert), Alert.UNFINISHED, Status.SENDING):
        return False
    alert.refresh_from_db()
    return True


def _send(alert: Alert) -> str:
    destination = Destination.objects.filter(project=alert.project, channel=alert.channel).first()
    return SENDERS[alert.channel](alert, destination)


def _send_to_slack(alert: Alert, destination: Destination | None) -> str:
    if destination is None:
        raise DeliveryRefused("No Slack webhook is set for this project: add a Slack destination of alerts.")
    try:
        slack.post(destinations.open_webhook_url(destination), slack_payload(alert, alert_url(alert)))
    except VaultError as error:
        raise DeliveryRefused(f"{error} Set the webhook again.") from None
    return "Delivered."


def _send_by_email(alert: Alert, destination: Destination | None) -> str:
    project = alert.project
    recipients = (
        destination.recipients
        if destination
        else destinations.administrator_addresses(project.organization_id)
    )
    if not recipients:
        raise DeliveryRefused("There are no recipients: add an e-mail destination of alerts.")
    recipients = subscribed_addresses(project, recipients)
    if not recipients:
        raise DeliveryRefused("Every recipient has unsubscribed.")
    waiting = [recipient for recipient in recipients if recipient not in alert.delivered_to]
    try:
        with mailers.default as server:
            results = [_send_to(alert, address, server) for address in waiting]
    except OSError as error:
        raise DeliveryPostponed(
            f"The mail server did not accept the message ({type(error).__name__})."
        ) from None
    sent, refused = len(alert.delivered_to), results.count(MailResult.REFUSED)
    if MailResult.POSTPONED in results:
        raise DeliveryPostponed(f"The mail server did not accept an address yet; sent to {sent}.")
    if refused and not sent:
        raise DeliveryRefused("The mail server refused every recipient.")
    return mail.outcome_in_words(sent, refused)


def _send_to(alert: Alert, address: str, server: BaseEmailBackend) -> MailResult:
    if not leases.owned(alert).exists():
        raise DeliveryPostponed("Another worker has taken over the delivery.")
    result = mail.send(build_email(alert, address), server)
    if result == MailResult.SENT:
        alert.delivered_to = [*alert.delivered_to, address]
        # Stored after each address: a worker that continues after a crash skips those that have it.
        leases.write(alert, delivered_to=alert.delivered_to)
    return result


SENDERS: dict[str, Callable[[Alert, Destination | None], str]] = {
    AlertChannel.EMAIL: _send_by_email,
    AlertChannel.SLACK: _send_to_slack,
}


def _retry_later(alert: Alert, error: DeliveryPostponed) -> None:
    delay = mail.retry_delay(alert.attempts)
    if delay is None:
        _finish(alert, Status.FAILED, f"{error} It was tried {alert.attempts} times.")
        return
    due_at = timezone.now() + (timedelta(seconds=error.wait) if error.wait else delay)
    leases.write(alert, due_at=due_at, lease_until=None, outcome=str(error)[:300], updated_at=timezone.now())


def _finish(alert: Alert, status: str, outcome: str, **changes: Any) -> None:
    changes |= {"outcome": outcome[:300], "lease_until": None}
    Alert.transitions.update(leases.owned(alert), Status.SENDING, status, **changes)
