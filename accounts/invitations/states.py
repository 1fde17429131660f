from django.db.models import TextChoices
from django.utils import timezone

from accounts.invitations.links import LINK_LIFETIME
from accounts.models import Membership


class InvitationState(TextChoices):
    JOINED = "joined"
    QUEUED = "queued", "Mail is being sent"
    SENT = "sent", "Invited"
    EXPIRED = "expired", "Invitation expired"
    UNDELIVERABLE = "undeliverable", "Mail was refused"
    NOT_INVITED = "not_invited", "Not invited"


def state_of(membership: Membership) -> InvitationState:
    """Return the state; a user who signs in by a password or by single sign-on has joined."""
    user, invitation = membership.user, getattr(membership, "invitation", None)
    if user.signs_in_by_password or user.last_login:
        return InvitationState.JOINED
    if invitation is None or invitation.is_notice:
        return InvitationState.NOT_INVITED
    if invitation.due_at is not None:  # None once the mail is sent or refused
        return InvitationState.QUEUED
    if invitation.sent_at is None:
        return InvitationState.UNDELIVERABLE
    expired = invitation.sent_at + LINK_LIFETIME < timezone.now()
    return InvitationState.EXPIRED if expired else InvitationState.SENT
