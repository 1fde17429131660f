import logging
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.core.mail import EmailMultiAlternatives, mailers
from django.db.models import QuerySet
from django.utils import timezone

from accounts.invitations.links import LINK_LIFETIME, invitation_url
from accounts.models import Invitation
from krafter_audit import mail
from krafter_audit.db import leases
from krafter_audit.jobs.isolation import isolated
from krafter_audit.mail import MailResult
from krafter_audit.web.public_urls import public_url

logger = logging.getLogger(__name__)
LEASE_SECONDS = 60
RETRY_AFTER = timedelta(minutes=5)  # until the mail server accepts the message
NOT_DUE: dict[str, Any] = {"due_at": None, "attempts": 0}


def due() -> QuerySet[Invitation]:
    """Return the invitations that are to be sent and that no worker has leased."""
    return Invitation.objects.filter(leases.unleased(), due_at__lte=timezone.now())


def send(invitation_id: UUID) -> None:
    """Send the e-mail, or postpone it if the mail server does not accept it."""
    invitation = leases.acquire(Invitation, invitation_id, seconds=LEASE_SECONDS, due_at__lte=timezone.now())
    if invitation is None:
        return
    with isolated("e-mail of invitation", invitation.pk) as isolation:
        changes = _send(invitation)
    if isolation.failed:
        changes = _changes_after(MailResult.POSTPONED, invitation)
    leases.write(invitation, **changes, lease_until=None)


def _send(invitation: Invitation) -> dict[str, Any]:
    """Send the e-mail; return the changes of the invitation."""
    # The person joined by another organisation's link, which ends this invitation, or is deactivated.
    user = invitation.membership.user
    if not user.is_active or (user.signs_in and not invitation.is_notice):
        return NOT_DUE
    try:
        with mailers.default as server:
            message = _notice_mail(invitation) if invitation.is_notice else _link_mail(invitation)
            result = mail.send(message, server)
    except OSError as error:
        logger.warning("the mail server did not accept an invitation: %s", type(error).__name__)
        return {"due_at": timezone.now() + RETRY_AFTER, "attempts": 0}
    return _changes_after(result, invitation)


def _changes_after(result: MailResult, invitation: Invitation) -> dict[str, Any]:
    if result == MailResult.SENT:
        return {**NOT_DUE, "sent_at": timezone.now()}
    delay = mail.retry_delay(invitation.attempts) if result == MailResult.POSTPONED else None
    if delay is None:
        logger.warning("the mail server refused the recipient of invitation %s", invitation.pk)
        return NOT_DUE
    return {"due_at": timezone.now() + delay}


def _notice_mail(invitation: Invitation) -> EmailMultiAlternatives:
    membership = invitation.membership
    organization = mail.one_line(membership.organization.name)
    context = {
        "organization": organization,
        "role": membership.role,
        "email": membership.user.email,
        "added_by": mail.one_line(str(invitation.added_by or "")),
        "url": public_url("organizations"),
    }
    return mail.html_mail(
        membership.user.email,
        subject=f"You were added to the organisation {organization} as {membership.role}",
        template="accounts/added_email",
        context=context,
    )


def _link_mail(invitation: Invitation) -> EmailMultiAlternatives:
    membership = invitation.membership
    organization = mail.one_line(membership.organization.name)
    context = {
        "organization": organization,
        "role": membership.role,
        "url": invitation_url(membership.user),
        "days": LINK_LIFETIME.days,
    }
    return mail.html_mail(
        membership.user.email,
        subject=f"Invitation to {organization}",
        template="accounts/invitation_email",
        context=context,
    )
