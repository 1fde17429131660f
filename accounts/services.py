from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts import api_keys
from accounts.actors import SYSTEM, Actor
from accounts.errors import InsufficientRole, LastOwner, ProjectArchived, SlugTaken
from accounts.invitations.services import request_mail, request_notice
from accounts.models import ApiKey, Membership, Organization, Project, User
from accounts.roles import MANAGERS
from accounts.signals import send_account_changed
from krafter_audit.api.errors import InvalidParams, NotFound
from krafter_audit.api.etags import require_match
from krafter_audit.db.advisory_locks import advisory_lock

ONLY_OWNERS = "Only owners may make, change or remove owners."
LAST_OWNER_WHO_SIGNS_IN = "No other owner can sign in. Make a member who has joined an owner first."


@transaction.atomic
def create_organization(name: str, *, ai_quota: int | None = None, by: Actor = SYSTEM) -> Organization:
    """Create an organisation; `ai_quota`: units per month, None = unlimited."""
    organization = Organization(name=name, ai_quota=ai_quota)
    organization.full_clean()
    organization.save()
    send_account_changed("organization.created", organization, organization.pk, by=by, name=name)
    return organization


@transaction.atomic
def update_organization(
    organization: Organization, *, changes: Mapping[str, Any], by: Actor = SYSTEM
) -> Organization:
    """Apply `changes` (name, ai_quota) to an organisation."""
    locked = Organization.objects.select_for_update().get(pk=organization.pk)
    changed = {name: value for name, value in changes.items() if getattr(locked, name) != value}
    if changed:
        for name, value in changed.items():
            setattr(locked, name, value)
        locked.full_clean()
        locked.save()
        send_account_changed("organization.updated", locked, locked.pk, by=by, after=changed)
    return locked


@transaction.atomic
def create_user(
    email: str,
    *,
    organization: Organization,
    role: str = Membership.Role.MEMBER,
    password: str | None = None,
    name: str = "",
    is_staff: bool = False,
    is_superuser: bool = False,
) -> User:
    """Create a user as a member of an organisation.

    Staff use the admin as far as their roles allow (accounts/roles.py), superusers for all organisations.
    """
    staff = is_staff or is_superuser
    user = User.objects.create_user(email, password, name=name, is_staff=staff, is_superuser=is_superuser)
    set_member(organization, user, role=role)
    return user


@transaction.atomic
def get_or_create_staff(email: str, *, organization: Organization, role: str) -> User:
    """Return the user with this e-mail address; if there is none, create staff with the role."""
    user = _lock_user(email)
    return user or create_user(email, organization=organization, role=role, is_staff=True)


@transaction.atomic
def set_member(organization: Organization, user: User, *, role: str, by: Actor = SYSTEM) -> Membership:
    """Add a user to an organisation, or change their role. Raises LastOwner."""
    members = Membership.objects.filter(organization=organization, user=user)
    membership = members.first()
    if membership is None:
        _lock_user(user.email)  # another request may add the same person
        membership = members.first()
    if membership is not None:
        return change_role(membership, role=role, by=by)[0]
    membership = Membership(organization=organization, user=user, role=role)
    membership.full_clean()
    membership.save()
    send_account_changed("member.added", organization, user.pk, by=by, email=user.email, role=role)
    return membership


@transaction.atomic
def create_project(
    organization: Organization, *, slug: str, site_url: str, name: str = "", by: Actor = SYSTEM
) -> Project:
    """Create a project. Raises SlugTaken."""
    advisory_lock(f"projects of {organization.pk}")
    if Project.objects.filter(organization=organization, slug=slug).exists():
        raise SlugTaken
    project = Project(organization=organization, slug=slug, name=name or slug, site_url=site_url)
    project.full_clean()
    project.save()
    send_account_changed("project.created", organization, project.pk, by=by, slug=slug, site_url=site_url)
    return project


@transaction.atomic
def update_project(
    project: Project, *, changes: Mapping[str, Any], by: Actor, if_match: str | None = None
) -> Project:
    """Apply `changes` (slug, name, site_url, archived) to a project. Raises ProjectArchived, unless it is restored."""
    locked = Project.objects.select_for_update().get(pk=project.pk)
    require_match(if_match, locked)
    present = {**vars(locked), "archived": locked.archived_at is not None}
    changed = {name: value for name, value in changes.items() if present[name] != value}
    if not changed:
        return locked
    if locked.archived_at and changed.get("archived") is not False:
        raise ProjectArchived
    fields = dict(changed)
    if "archived" in fields:
        fields["archived_at"] = timezone.now() if fields.pop("archived") else None
    for name, value in fields.items():
        setattr(locked, name, value)
    locked.save()
    send_account_changed(
        "project.updated", project.organization, locked.pk, by=by, slug=locked.slug, after=changed
    )
    return locked


@transaction.atomic
def invite_member(organization: Organization, *, email: str, role: str, by: Actor) -> tuple[Membership, bool]:
    """Add the user with this e-mail address, created if there is none; return whether they are new here.

    A present member keeps their role. A person who cannot sign in yet gets an e-mail with a link; any other is notified
    of having been added.
    """
    user = _lock_user(email) or _create_user(email)
    known = Membership.objects.filter(organization=organization, user=user).first()
    membership = known or set_member(organization, user, role=role, by=by)
    request_mail(membership)
    if known is None:
        request_notice(membership, by=by)
    return membership, known is None


def _lock_user(email: str) -> User | None:
    """Return the user with an e-mail address, which no other request creates meanwhile."""
    # A person may be invited, and sign on for the first time, more than once at the same time.
    advisory_lock(f"member {email.lower()}")
    return User.objects.by_email(email)


def _create_user(email: str) -> User:
    try:
        return User.objects.create_user(email)
    except ValidationError as error:  # in lower case it may be another address: İ becomes two characters
        raise InvalidParams(details=error.message_dict) from None


@transaction.atomic
def change_role(
    membership: Membership, *, role: str, by: Actor, if_match: str | None = None
) -> tuple[Membership, list[ApiKey]]:
    """Change the role of a member; return the keys that are revoked with it. Raises LastOwner.

    Only owners and admins issue keys that may write, and lose theirs with the role.
    """
    locked = _lock_member(membership, role=role, by=by)
    require_match(if_match, locked)
    if role != Membership.Role.OWNER:
        _require_another_owner(locked)
    was, locked.role = locked.role, role
    if was != role:
        locked.save()
        send_account_changed(
            "member.role_changed", locked.organization, locked.user_id, by=by, before=was, after=role
        )
    if was not in MANAGERS or role in MANAGERS:
        return locked, []
    return locked, _revoke(api_keys.unrevoked(locked, may_write=True), by=by)


@transaction.atomic
def remove_member(membership: Membership, *, by: Actor, if_match: str | None = None) -> Membership:
    """Remove a member and revoke their API keys. Raises LastOwner."""
    locked = _lock_member(membership, by=by)
    require_match(if_match, locked)
    _require_another_owner(locked)
    # The keys would work again once the person is invited again.
    _revoke(api_keys.unrevoked(locked), by=by)
    Membership.objects.filter(pk=locked.pk).delete()
    _end_invitations(locked.user_id)
    send_account_changed(
        "member.removed", locked.organization, locked.user_id, by=by, email=locked.user.email
    )
    return locked


def _revoke(keys: QuerySet[ApiKey], *, by: Actor) -> list[ApiKey]:
    return [api_keys.revoke(key, by=by) for key in keys.order_by("pk")]


def _end_invitations(user_id: UUID) -> None:
    """Make earlier links of a person without password and organisation void, also after a new invitation."""
    user = User.objects.select_for_update().get(pk=user_id)
    if not user.signs_in_by_password and not user.memberships.exists():
        user.set_unusable_password()  # a new random string, to which links are bound
        user.save(update_fields=["password"])


def _lock_member(membership: Membership, *, by: Actor, role: str = "") -> Membership:
    # All members of the organisation, so that the last two owners cannot remove each other at the same time.
    rows = Membership.objects.select_for_update(of=("self",)).select_related("user")
    members = {row.pk: row for row in rows.filter(organization_id=membership.organization_id).order_by("pk")}
    if membership.pk not in members:
        raise NotFound
    locked = members[membership.pk]
    # Again after the view: the member may be an owner by now. A user who is no member is a superuser.
    own = next((row for row in members.values() if row.user_id == by.user_id), None)
    if own and Membership.Role.OWNER in (role, locked.role) and not _is_owner(own):
        raise InsufficientRole(ONLY_OWNERS)
    return locked


def _is_owner(membership: Membership) -> bool:
    return membership.role == Membership.Role.OWNER or membership.user.is_superuser


def _require_another_owner(membership: Membership) -> None:
    [reason] = last_owner_reasons([membership])
    if reason:
        raise LastOwner(reason)


def last_owner_reasons(memberships: Sequence[Membership]) -> list[str]:
    """Return for each membership why it must keep the role owner; empty if the organisation has another owner."""
    owned = [row.organization_id for row in memberships if row.role == Membership.Role.OWNER]
    owners = Membership.objects.filter(organization__in=owned, role=Membership.Role.OWNER)
    owners_of = defaultdict(list)
    for owner in owners.select_related("user"):
        owners_of[owner.organization_id].append(owner.user)
    return [_last_owner_reason(row, owners_of[row.organization_id]) for row in memberships]


def _last_owner_reason(membership: Membership, owners: Sequence[User]) -> str:
    if membership.role != Membership.Role.OWNER:
        return ""
    others = [user for user in owners if user.pk != membership.user_id]
    if not others:
        return LastOwner.message
    # An owner who was deactivated, or has not joined yet, could not manage the organisation.
    is_last = _can_sign_in(membership.user) and not any(_can_sign_in(user) for user in others)
    return LAST_OWNER_WHO_SIGNS_IN if is_last else ""


def _can_sign_in(user: User) -> bool:
    return user.is_active and user.signs_in
