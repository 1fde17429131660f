"""The e-mail about an endpoint that was disabled after failures."""

import logging
import smtplib
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage, mailers
from django.urls import reverse
from django.utils import timezone

from krafter_audit.db import leases
from notifications import destinations
from notifications.models import EventDelivery, WebhookEndpoint
from notifications.webhooks import services

logger = logging.getLogger(__name__)
LEASE_SECONDS = 60
RETRY_AFTER = timedelta(minutes=5)  # until the mail server accepts the message


def send(endpoint_id: UUID) -> None:
    """Send the e-mail to the owners and admins of the organisation, one message to each."""
    endpoint = leases.acquire(
        WebhookEndpoint, endpoint_id, seconds=LEASE_SECONDS, notice_due_at__lte=timezone.now()
    )
    if endpoint is None:
        return
    try:
        with mailers.default as server:
            server.send_messages(_messages(endpoint))
    except smtplib.SMTPRecipientsRefused:
        logger.warning("the mail server refused the recipients of the notice about webhook %s", endpoint.pk)
    except (OSError, smtplib.SMTPException) as error:
        logger.warning("the mail server did not accept a notice: %s", type(error).__name__)
        leases.write(endpoint, notice_due_at=timezone.now() + RETRY_AFTER, lease_until=None, attempts=0)
        return
    leases.write(endpoint, notice_due_at=None, lease_until=None, attempts=0)


def _messages(endpoint: WebhookEndpoint) -> list[EmailMessage]:
    recipients = destinations.administrator_addresses(endpoint.organization_id)
    subject, body = f"A webhook of {endpoint.organization.name} was disabled", text(endpoint)
    # A line break in a subject would be another header.
    subject = " ".join(subject.split())[:200]
    return [EmailMessage(subject=subject, body=body, to=[address]) for address in recipients]


def text(endpoint: WebhookEndpoint) -> str:
    """Return the body: which endpoint, why, how many events wait, and what to do."""
    pending = EventDelivery.objects.filter(endpoint=endpoint, status=EventDelivery.Status.PENDING).count()
    page = reverse("admin:notifications_webhookendpoint_change", args=[endpoint.pk])
    lines = [
        f"Krafter Audit sends no more events to this webhook of {endpoint.organization.name}:",
        "",
        f"  {services.host_of(endpoint)} {endpoint.description}".rstrip(),
        "",
        f"Reason: {endpoint.disabled_reason}",
        f"Events that wait to be delivered: {pending}",
        "",
        "Once the receiver works again, enable the webhook: what waits is then sent at once. Failed events, and those",
        "that happened meanwhile, are sent when you replay the period.",
        "",
        f"{settings.KRAFTER_PUBLIC_URL}{page}",
    ]
    return "\n".join(lines) + "\n"
