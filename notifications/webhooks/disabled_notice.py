import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.mail import EmailMultiAlternatives, mailers
from django.core.mail.backends.base import BaseEmailBackend
from django.db.models import QuerySet
from django.utils import timezone

from krafter_audit import mail
from krafter_audit.db import leases
from krafter_audit.jobs.isolation import isolated
from krafter_audit.mail import MailResult
from krafter_audit.web.public_urls import public_url
from notifications import destinations
from notifications.models import EventDelivery, WebhookEndpoint
from notifications.webhooks import services

logger = logging.getLogger(__name__)
LEASE_SECONDS = 60
RETRY_AFTER = timedelta(minutes=5)  # until the mail server accepts the message


def send(endpoint_id: UUID) -> None:
    """Send the e-mail that the endpoint was disabled to each owner and admin of the organisation."""
    endpoint = leases.acquire(
        WebhookEndpoint, endpoint_id, seconds=LEASE_SECONDS, notice_due_at__lte=timezone.now()
    )
    if endpoint is None:
        return
    with isolated("notice of webhook", endpoint.pk) as isolation:
        _send(endpoint)
    if isolation.failed:
        _store_results(endpoint, [MailResult.POSTPONED])


def _send(endpoint: WebhookEndpoint) -> None:
    try:
        with leases.renewing(endpoint, seconds=LEASE_SECONDS), mailers.default as server:
            results = [
                _send_one(endpoint, message, server)
                for message in _messages(endpoint)
                # Stop if another worker has the lease and sends the others, or if the endpoint was enabled again.
                if _pending_notice(endpoint).exists()
            ]
    except OSError as error:
        logger.warning("the mail server did not accept a notice: %s", type(error).__name__)
        _release(endpoint, timezone.now() + RETRY_AFTER, attempts=0)
    else:
        _store_results(endpoint, results)


def _store_results(endpoint: WebhookEndpoint, results: Sequence[MailResult]) -> None:
    delay = mail.retry_delay(endpoint.attempts) if MailResult.POSTPONED in results else None
    if delay is not None:
        _release(endpoint, timezone.now() + delay)
        return
    if any(result != MailResult.SENT for result in results):
        logger.warning("the mail server refused a recipient of the notice about webhook %s", endpoint.pk)
    _release(endpoint, None, attempts=0)


def _pending_notice(endpoint: WebhookEndpoint) -> QuerySet[WebhookEndpoint]:
    return leases.owned(endpoint).filter(notice_due_at__isnull=False)


def _release(endpoint: WebhookEndpoint, due_at: datetime | None, **changes: Any) -> None:
    # An endpoint that was enabled during the attempt gets no further one.
    _pending_notice(endpoint).update(notice_due_at=due_at)
    leases.write(endpoint, lease_until=None, **changes)


def _send_one(
    endpoint: WebhookEndpoint, message: EmailMultiAlternatives, server: BaseEmailBackend
) -> MailResult:
    result = mail.send(message, server)
    if result == MailResult.SENT:
        endpoint.notice_delivered_to = [*endpoint.notice_delivered_to, *message.to]
        # Stored after each address: a later attempt skips those that have it.
        leases.write(endpoint, notice_delivered_to=endpoint.notice_delivered_to)
    return result


def _messages(endpoint: WebhookEndpoint) -> list[EmailMultiAlternatives]:
    """Return the messages to the owners and admins that no earlier attempt has reached."""
    administrators = destinations.administrator_addresses(endpoint.organization_id)
    recipients = [address for address in administrators if address not in endpoint.notice_delivered_to]
    organization = mail.one_line(endpoint.organization.name)
    context = {
        "endpoint": endpoint,
        "organization": organization,
        "description": mail.one_line(endpoint.description),
        "host": services.host_of(endpoint),
        "pending": _pending(endpoint),
        "url": public_url("admin:notifications_webhookendpoint_change", endpoint.pk),
    }
    return [
        mail.html_mail(
            address,
            subject=f"A webhook of {organization} was disabled",
            template="notifications/webhook_disabled_email",
            context=context,
        )
        for address in recipients
    ]


def _pending(endpoint: WebhookEndpoint) -> int:
    return EventDelivery.objects.filter(endpoint=endpoint, status=EventDelivery.Status.PENDING).count()
