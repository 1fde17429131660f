"""API keys: shown once, stored as a digest."""

import hashlib
import math
import re
import secrets
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone

from accounts.actors import SYSTEM, Actor
from accounts.errors import InsufficientRole
from accounts.models import ApiKey, Membership, Organization, Project, Scope, User
from accounts.roles import MANAGERS
from accounts.signals import send_account_changed
from krafter_audit.api.errors import InvalidParams, Unauthorized
from krafter_audit.api.etags import require_match

KEY_FORMAT = re.compile(r"\Akr_live_[A-Za-z0-9_-]{43}\Z")
AUTHORIZATION_HEADER = re.compile(r"\ABearer +(?P<key>\S+)\Z", re.IGNORECASE)
LAST_USED_INTERVAL = timedelta(minutes=1)
EXPIRES_IN_PAST = "Use a time in the future."


@dataclass(frozen=True)
class Caller:
    """The identity and permissions of a request's API key."""

    organization: Organization
    project: Project | None  # the requested one, if the key's organisation has it
    user_id: UUID
    scopes: frozenset[str]
    expires_at: float  # Unix seconds; infinite for a key without expiry
    key_id: UUID
    rate_limit: int | None  # requests per minute of this key only
    role: str  # of the user in the organisation
    is_limited_to_projects: bool


def digest(key: str) -> str:
    # 256 random bits need no slow hash: they cannot be guessed.
    return hashlib.sha256(key.encode()).hexdigest()


def new_key() -> str:
    """Return a new key: `kr_live_` and 32 random bytes in URL-safe base64."""
    return "kr_live_" + secrets.token_urlsafe(32)


@transaction.atomic
def issue(
    organization: Organization,
    *,
    user: User,
    name: str,
    scopes: Iterable[str],
    expires_at: datetime | None = None,
    key: str | None = None,
    projects: Iterable[Project] = (),
    rate_limit: int | None = None,
    by: Actor = SYSTEM,
) -> tuple[ApiKey, str]:
    """Create a key for a member; return the row and the key, which is not stored.

    Raises InvalidParams, ValidationError, and InsufficientRole for a key that a member or viewer issues.
    """
    scopes = list(scopes)
    _require_issuable(organization, user, scopes, by=by)
    key = key or new_key()
    if not KEY_FORMAT.match(key):
        raise InvalidParams("A key consists of kr_live_ and 43 URL-safe base64 characters.")
    row = ApiKey(
        organization=organization,
        user=user,
        issued_by_id=by.user_id,
        name=name,
        # Enough to recognise a key in a list; 39 secret characters remain.
        key_prefix=key[:12],
        digest=digest(key),
        scopes=scopes,
        expires_at=expires_at,
        project_ids=sorted(project.pk for project in projects),
        rate_limit=rate_limit,
    )
    row.clean_fields(exclude={"organization", "user", "issued_by"})  # their rows are known: no query
    row.save()
    data = {"key_prefix": row.key_prefix, "user_id": user.pk, "scopes": scopes, "expires_at": expires_at}
    send_account_changed("api_key.issued", organization, row.pk, by=by, name=name, **data)
    return row, key


def _require_issuable(organization: Organization, user: User, scopes: Sequence[str], *, by: Actor) -> None:
    # Locked, so that a removal or another role at the same time revokes the new key too.
    members = Membership.objects.select_for_update(of=("self",))
    membership = members.filter(organization=organization, user=user).first()
    if membership is None:
        raise InvalidParams(f"{user.email} is not a member of {organization.name}.")
    # Checked again after the view: the role may have been lowered.
    if by.user_id == user.pk and membership.role not in MANAGERS and not user.is_superuser:
        raise InsufficientRole
    if not scopes or not set(scopes) <= set(Scope.values):
        raise InvalidParams(f"Valid scopes are {', '.join(Scope.values)}.")
    if membership.role == Membership.Role.VIEWER and set(scopes) != {Scope.READ.value}:
        raise InvalidParams(f"{user.email} is a viewer and can only have the scope {Scope.READ.value}.")


def unrevoked(membership: Membership, *, may_write: bool = False) -> QuerySet[ApiKey]:
    """Return the unrevoked keys of a member, expired keys too; with `may_write` only those that may write."""
    return unrevoked_of(membership.organization_id, [membership.user_id], may_write=may_write)


def unrevoked_of(organization_id: UUID, user_ids: Collection[UUID], *, may_write: bool) -> QuerySet[ApiKey]:
    """Return the keys of members of an organisation, as `unrevoked`."""
    keys = ApiKey.objects.filter(organization=organization_id, user__in=user_ids, revoked_at=None)
    return keys.filter(scopes__overlap=[Scope.WRITE, Scope.ALL]) if may_write else keys


@transaction.atomic
def revoke(row: ApiKey, *, if_match: str | None = None, by: Actor = SYSTEM) -> ApiKey:
    """Revoke a key at once; idempotent."""
    row = ApiKey.objects.select_for_update(of=("self",)).get(pk=row.pk)
    require_match(if_match, row)
    if row.revoked_at is None:
        row.revoked_at = timezone.now()
        row.save(update_fields=["revoked_at", "updated_at"])  # save() invalidates the API key cache
        send_account_changed(
            "api_key.revoked", row.organization, row.pk, by=by, name=row.name, key_prefix=row.key_prefix
        )
    return row


def authenticate(header: str | None, *, slug: str = "") -> Caller:
    """Return the caller of a key, with the project of that `slug`. Raises Unauthorized."""
    given = AUTHORIZATION_HEADER.match(header or "")
    if not given or not KEY_FORMAT.match(given["key"]):
        raise Unauthorized(headers={"www-authenticate": "Bearer"})
    # In the same query: a member who has left the organisation has no valid key any more.
    role = Membership.objects.filter(organization_id=OuterRef("organization_id"), user_id=OuterRef("user_id"))
    key = (
        ApiKey.objects.select_related("organization")
        .annotate(role=Subquery(role.values("role")[:1]))
        .filter(digest=digest(given["key"]), revoked_at__isnull=True, user__is_active=True)
        .first()
    )
    now = timezone.now()
    # One error for an unknown, revoked, expired or orphaned key: a reason would disclose that the key exists.
    if key is None or key.role is None or (key.expires_at is not None and key.expires_at <= now):
        raise Unauthorized(headers={"www-authenticate": "Bearer"})
    # At most one UPDATE a minute: every request would otherwise write to the same row.
    if key.last_used_at is None or key.last_used_at < now - LAST_USED_INTERVAL:
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)
    return Caller(
        organization=key.organization,
        project=_project(key, slug),
        user_id=key.user_id,
        scopes=_scopes(key.scopes, key.role),
        expires_at=math.inf if key.expires_at is None else key.expires_at.timestamp(),
        key_id=key.pk,
        rate_limit=key.rate_limit,
        role=key.role,
        is_limited_to_projects=bool(key.project_ids),
    )


def _project(key: ApiKey, slug: str) -> Project | None:
    if not slug or "\x00" in slug:  # PostgreSQL accepts no NUL
        return None
    project = Project.objects.filter(organization=key.organization, slug=slug).first()
    # A key that is bound to other projects gets the response of a project that does not exist.
    if project is None or (key.project_ids and project.pk not in key.project_ids):
        return None
    # Spares every reader of `project.organization` a query.
    project.organization = key.organization
    return project


def _scopes(held: Iterable[str], role: str) -> frozenset[str]:
    # The member may have become a viewer after the key was issued.
    if role == Membership.Role.VIEWER:
        return frozenset({Scope.READ.value} if Scope.grants(held, Scope.READ) else ())
    return frozenset(held)
