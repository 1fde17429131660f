"""API keys: made once, shown once, kept as a digest."""

import base64
import hashlib
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.models import ApiKey, Membership, Organization, Scope, User
from krafter_audit.lib.errors import InvalidParams, Unauthorized

FORM = re.compile(r"\Akr_live_[A-Za-z0-9_-]{43}\Z")
HEADER = re.compile(r"\ABearer +(?P<key>\S+)\Z", re.IGNORECASE)
TOUCHED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class Caller:
    """The key behind a request: whose it is, as whom it acts and what it may do."""

    key: ApiKey
    organization: Organization
    user_id: UUID
    scopes: frozenset[str]

    def may(self, needed: Scope) -> bool:
        """Tell whether the caller's scopes cover the one needed."""
        return Scope.grants(self.scopes, needed)


def digest(key: str) -> str:
    """Return the SHA-256 under which a key is kept; 256 random bits need no slow hash."""
    return hashlib.sha256(key.encode()).hexdigest()


def new_key() -> str:
    """Return a new key: `kr_live_` and 32 random bytes in URL-safe base64 without padding (43 characters)."""
    return "kr_live_" + base64.urlsafe_b64encode(os.urandom(32)).decode().rstrip("=")


@transaction.atomic
def issue(
    organization: Organization,
    *,
    user: User,
    name: str,
    scopes: Iterable[str] = (Scope.WRITE,),
    expires_at: datetime | None = None,
    key: str | None = None,
) -> tuple[ApiKey, str]:
    """Make a key for a member and return its row and the key itself, which cannot be shown again."""
    membership = Membership.objects.filter(organization=organization, user=user).first()
    scopes = list(scopes)
    if membership is None:
        raise InvalidParams(f"{user.email} is not a member of {organization.name}.")
    if not scopes or not set(scopes) <= set(Scope.values):
        raise InvalidParams(f"Scopes are {', '.join(Scope.values)}.")
    if membership.role == Membership.Role.VIEWER and set(scopes) != {Scope.READ.value}:
        raise InvalidParams(f"{user.email} is a viewer: only {Scope.READ.value} can be given.")
    key = key or new_key()
    if not FORM.match(key):
        raise InvalidParams("A key is kr_live_ and 43 URL-safe base64 characters.")
    row = ApiKey(
        organization=organization,
        user=user,
        name=name,
        key_prefix=key[:12],
        digest=digest(key),
        scopes=scopes,
        expires_at=expires_at,
    )
    row.save()
    return row, key


def revoke(row: ApiKey) -> ApiKey:
    """Put a key out of use from this moment on."""
    ApiKey.objects.filter(pk=row.pk, revoked_at__isnull=True).update(revoked_at=timezone.now())
    row.refresh_from_db()
    return row


def authenticate(header: str | None) -> Caller:
    """Return who calls, or raise Unauthorized: one answer for every reason, no hint which."""
    given = HEADER.match(header or "")
    if not given or not FORM.match(given["key"]):
        raise Unauthorized(headers={"www-authenticate": "Bearer"})
    row = (
        ApiKey.objects.select_related("organization", "user")
        .filter(digest=digest(given["key"]), revoked_at__isnull=True, user__is_active=True)
        .annotate(role=_role())
        .first()
    )
    now = timezone.now()
    if row is None or row.role is None or (row.expires_at is not None and row.expires_at <= now):
        raise Unauthorized(headers={"www-authenticate": "Bearer"})
    _touch(row, now)
    return Caller(row, row.organization, row.user_id, _scopes(row.scopes, row.role))


def _role() -> Any:
    from django.db.models import OuterRef, Subquery

    membership = Membership.objects.filter(
        organization_id=OuterRef("organization_id"), user_id=OuterRef("user_id")
    )
    return Subquery(membership.values("role")[:1])


def _scopes(held: Iterable[str], role: str) -> frozenset[str]:
    # A member who became a viewer after the key was made can only read with it.
    if role == Membership.Role.VIEWER:
        return frozenset({Scope.READ.value} if Scope.grants(held, Scope.READ) else ())
    return frozenset(held)


def _touch(row: ApiKey, now: datetime) -> None:
    if row.last_used_at is None or row.last_used_at < now - TOUCHED_EVERY:
        ApiKey.objects.filter(pk=row.pk).update(last_used_at=now)
