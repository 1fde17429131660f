from datetime import timedelta

from django.core import signing
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts.models import User
from krafter_audit.web.public_urls import public_url

SALT = "accounts.invitation"
LINK_LIFETIME = timedelta(days=7)


def invitation_url(user: User) -> str:
    """Return the link for a user without a password; it works until the user has one."""
    token = signing.dumps([str(user.pk), _fingerprint(user)], salt=SALT)
    return public_url("invitation", token)


def invited_user(token: str) -> User | None:
    """Return the user of a link; None if it is wrong, expired or used, or the user is no member."""
    try:
        pk, fingerprint = signing.loads(token, salt=SALT, max_age=LINK_LIFETIME)
    except signing.BadSignature:
        return None
    user = User.objects.filter(pk=pk, is_active=True, memberships__isnull=False).first()
    if user is None or user.signs_in_by_password:
        return None
    return user if constant_time_compare(fingerprint, _fingerprint(user)) else None


def was_issued(token: str) -> bool:
    """Return whether this is a link of an invitation, also if it is not valid any more."""
    try:
        signing.loads(token, salt=SALT)
    except signing.BadSignature:
        return False
    return True


def _fingerprint(user: User) -> str:
    # The hash of a password, or the random string in its place, changes whenever a password is set. With the address:
    # once the address was changed, the link in a mail to the earlier one must not give access to the account.
    return salted_hmac(SALT, f"{user.password} {user.email}", algorithm="sha256").hexdigest()[:32]
