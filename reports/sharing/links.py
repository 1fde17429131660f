"""The address of a shared page: a random key, signed: an altered one never reaches the database."""

import secrets

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.urls import reverse

from reports.models import Share

SALT = "krafter_audit.reports.share"


def new_key() -> str:
    """Return 32 random bytes as 43 URL-safe characters."""
    return secrets.token_urlsafe(32)


def token_of(share: Share) -> str:
    """Return the share's token; the same share always has the same one."""
    return _signer().sign(share.key)


def url_of(share: Share) -> str:
    """Return the whole address of the shared page."""
    path = reverse("shared-report", kwargs={"token": token_of(share)})
    return f"{settings.KRAFTER_PUBLIC_URL}{path}"


def key_in(token: str) -> str | None:
    """Return the key that a token carries, or None when it was not signed here."""
    try:
        return _signer().unsign(token)
    except BadSignature:
        return None


def _signer() -> Signer:
    return Signer(salt=SALT, sep=".")
