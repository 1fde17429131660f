import logging
from typing import Any

from django.conf import settings
from django.db import transaction
from django.template.defaultfilters import pluralize
from django.utils import timezone

from accounts.actors import Actor
from accounts.errors import AlreadyJoined, TooManyInvitations
from accounts.invitations.states import InvitationState, state_of
from accounts.models import Invitation, InvitationMail, Membership, User
from accounts.signals import send_account_changed
from krafter_audit.api.throttling import daily_limits
from krafter_audit.db.advisory_locks import advisory_lock
from krafter_audit.jobs.queues import enqueue_on_commit

logger = logging.getLogger(__name__)
MAX_MAILS_PER_ADDRESS = 5  # mails of an organisation in 24 hours


def request_mail(membership: Membership) -> None:
    """Have a link mailed to a member who cannot sign in yet; a repeated request sends another one.

    Raises TooManyInvitations.
    """
    if membership.user.signs_in or not membership.user.is_active:
        return
    _count_mail(membership)
    _queue(membership, is_notice=False, added_by_id=None)


def request_notice(membership: Membership, *, by: Actor) -> None:
    """Have a new member who signs in already notified by mail of who has added them."""
    user = membership.user
    # Commands of the operator have no user.
    if not user.signs_in or not user.is_active or by.user_id in (None, user.pk):
        return
    try:
        _count_mail(membership)
    except TooManyInvitations:
        # The person is a member without the mail.
        logger.info("user %s gets no mail about organisation %s", user.pk, membership.organization_id)
        return
    _queue(membership, is_notice=True, added_by_id=by.user_id)


def _queue(membership: Membership, **fields: Any) -> None:
    due = {"due_at": timezone.now(), "attempts": 0, **fields}
    invitation, _ = Invitation.objects.update_or_create(membership=membership, defaults=due)
    enqueue_on_commit("accounts.send_invitation", str(invitation.pk))


def _count_mail(membership: Membership) -> None:
    organization, email = membership.organization, membership.user.email
    advisory_lock(f"invitations of {organization.pk}")
    mails = InvitationMail.objects.filter(organization=organization)
    mails.filter(created_at__lte=timezone.now() - daily_limits.PERIOD).delete()
    sent = list(mails.order_by("created_at").values_list("email", "created_at"))
    limits = [
        (
            MAX_MAILS_PER_ADDRESS,
            [(at, 1) for address, at in sent if address == email],
            "At most {limit} of an organisation {are} mailed to one address in 24 hours.",
        ),
        (
            settings.KRAFTER_INVITATIONS_PER_DAY,
            [(at, 1) for _, at in sent],
            "At most {limit} of an organisation {are} mailed in 24 hours.",
        ),
    ]
    for limit, uses, message in limits:
        words = message.format(limit=f"{limit} invitation{pluralize(limit)}", are=pluralize(limit, "is,are"))
        daily_limits.require_below_limit(TooManyInvitations, uses, wanted=1, limit=limit, message=words)
    InvitationMail.objects.create(organization=organization, email=email)


@transaction.atomic
def resend(membership: Membership) -> None:
    """Have another link mailed. Raises AlreadyJoined or TooManyInvitations."""
    if state_of(membership) == InvitationState.JOINED:
        raise AlreadyJoined
    request_mail(membership)


@transaction.atomic
def accept(user: User, *, name: str, password: str, request_id: str = "") -> User:
    """Set the name and the password of an invited user. Raises AlreadyJoined."""
    found, user = user, User.objects.select_for_update().get(pk=user.pk)
    # The form may be submitted twice at the same time, or the account be deactivated meanwhile.
    if (user.password, user.email, user.is_active) != (found.password, found.email, True):
        raise AlreadyJoined
    # Every member is staff: passwords are only for the admin, where roles set permissions.
    user.name, user.is_staff = name, True
    user.set_password(password)
    user.save()
    by = Actor("admin", user.pk, request_id)
    for membership in user.memberships.select_related("organization"):
        send_account_changed("member.joined", membership.organization, user.pk, by=by)
    return user
