from django.db import transaction
from django.utils import timezone

from accounts.actors import Actor
from accounts.audit import announce
from accounts.errors import AlreadyJoined
from accounts.invitations.states import InvitationState, state_of
from accounts.models import Invitation, Membership, User
from krafter_audit.jobs.queues import enqueue_on_commit


def request_mail(membership: Membership) -> None:
    """Have a link mailed to a member without a password; a repeated request sends another one."""
    if membership.user.signs_in_by_password:
        return
    due = {"due_at": timezone.now(), "attempts": 0}
    invitation, _ = Invitation.objects.update_or_create(membership=membership, defaults=due)
    enqueue_on_commit("accounts.send_invitation", str(invitation.pk))


@transaction.atomic
def resend(membership: Membership) -> None:
    """Have another link mailed. Raises AlreadyJoined."""
    if state_of(membership) == InvitationState.JOINED:
        raise AlreadyJoined
    request_mail(membership)


@transaction.atomic
def accept(user: User, *, name: str, password: str, request_id: str = "") -> User:
    """Set the name and the password of an invited user.

    Every member is staff: passwords serve the admin alone, where roles say what is allowed.
    """
    user.name, user.is_staff = name, True
    user.set_password(password)
    user.save()
    by = Actor("admin", user.pk, request_id)
    for membership in user.memberships.select_related("organization"):
        announce("member.joined", membership.organization, user.pk, by=by)
    return user
