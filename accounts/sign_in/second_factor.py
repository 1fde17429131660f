import base64

from allauth.account.authentication import get_authentication_records
from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth
from allauth.mfa.utils import decrypt, encrypt, is_mfa_enabled
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest

from accounts.models import User
from accounts.sign_in.account_events import log_account_event

SECRETS = ("secret", "seed")  # of the authenticator app, and of the recovery codes


def is_missing(request: HttpRequest) -> bool:
    """Return whether the user has to set up a second factor before they see a page."""
    if not settings.KRAFTER_REQUIRE_SECOND_FACTOR or is_mfa_enabled(request.user, [Authenticator.Type.TOTP]):
        return False
    methods = {record["method"] for record in get_authentication_records(request, request.user)}
    # Single sign-on has the second factor of the identity provider.
    return "socialaccount" not in methods


@transaction.atomic
def use_code(authenticator: Authenticator, code: str) -> bool:
    """Return whether a code is valid and newer than the last used one; record it."""
    # The lock makes the second of two simultaneous requests with the same code find it used.
    locked = Authenticator.objects.select_for_update().get(pk=authenticator.pk)
    counter = _counter_of(locked, code)
    if counter is None or counter <= locked.data.get("last_counter", 0):
        return False
    # allauth remembers used codes in a cache, which each process has for itself.
    locked.data["last_counter"] = counter
    locked.save(update_fields=["data"])
    return True


def _counter_of(authenticator: Authenticator, code: str) -> int | None:
    """Return the number of the code's 30 s (RFC 6238)."""
    secret = decrypt(authenticator.data["secret"])
    for counter in auth.yield_hotp_counters_from_time():
        if compare_user_code(actual=code, expected=auth.format_hotp_value(auth.hotp_value(secret, counter))):
            return counter
    return None


@transaction.atomic
def remove(user: User) -> bool:
    """Remove the second factor of a user who has lost it, and end their sessions; return whether there was one."""
    authenticators = Authenticator.objects.filter(user=user)
    if not authenticators.exists():
        return False
    authenticators.delete()
    end_sessions(user)
    log_account_event("second_factor.removed", user=user)
    return True


def end_sessions(user: User) -> int:
    sessions = list(UserSession.objects.filter(user=user))
    for session in sessions:
        session.end()
    return len(sessions)


def sealed_secret(authenticator: Authenticator) -> bytes:
    return base64.b64decode(authenticator.data[_field(authenticator)])


def reseal(authenticator: Authenticator) -> bytes:
    """Return the secret sealed with the first key. Raises VaultError."""
    return base64.b64decode(encrypt(decrypt(authenticator.data[_field(authenticator)])))


@transaction.atomic
def replace_secret(authenticator: Authenticator, before: bytes, after: bytes) -> bool:
    """Store a resealed secret, unless it was replaced meanwhile."""
    locked = Authenticator.objects.select_for_update().filter(pk=authenticator.pk).first()
    if locked is None or sealed_secret(locked) != before:
        return False
    locked.data[_field(locked)] = base64.b64encode(after).decode()
    locked.save(update_fields=["data"])
    return True


def _field(authenticator: Authenticator) -> str:
    return next(name for name in SECRETS if name in authenticator.data)
