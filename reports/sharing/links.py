"""The URL of a shared page: a random key, signed."""

import secrets

from django.core.signing import BadSignature, Signer

from krafter_audit.web.public_urls import public_url
from reports.models import Share

SALT = "krafter_audit.reports.share"


def new_key() -> str:
    """Return 32 random bytes as 43 URL-safe characters."""
    return secrets.token_urlsafe(32)


def share_url(share: Share) -> str:
    return url_of_key(share.key)


def visible_url(share: Share) -> str:
    """Return the URL of a share, unless it is only for the recipients of a message, or no longer valid."""
    return share_url(share) if share.channel == Share.Channel.LINK and share.is_live() else ""


def url_of_key(key: str) -> str:
    """Return the absolute URL of the share that has, or will have, this key."""
    return public_url("shared-report", _signer().sign(key))


def key_from_token(token: str) -> str | None:
    """Return the key in a token, if its signature is valid."""
    try:
        return _signer().unsign(token)
    except BadSignature:
        return None


def _signer() -> Signer:
    # Signed, so that a guessed or changed token never reaches the database.
    return Signer(salt=SALT, sep=".")
