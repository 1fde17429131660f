"""A cookie by which the attempts of a browser are counted separately, after it has signed in to an account once.

Otherwise an attacker who knows an e-mail address could keep its owner paused (OWASP, "Slow Down Online Guessing Attacks
with Device Cookies").
"""

import secrets
from datetime import timedelta

from django.conf import settings
from django.core.signing import BadSignature, TimestampSigner
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from accounts.sign_in import lockout
from accounts.sign_in.lockout import AttemptSubject

COOKIE = "known_browser"
LIFETIME = timedelta(days=90)


def account_subject(request: HttpRequest, email: str) -> AttemptSubject:
    """Return the subject of the account for this browser."""
    try:
        browser = _signer(email).unsign(request.COOKIES.get(COOKIE, ""), max_age=LIFETIME)
    except BadSignature:
        browser = ""
    return lockout.account_subject(email, browser=browser)


def remember(response: HttpResponseBase, email: str) -> None:
    """Set the cookie for a person who has proved that the account is theirs."""
    response.set_cookie(
        COOKIE,
        _signer(email).sign(secrets.token_urlsafe(16)),
        max_age=LIFETIME,
        path="/admin/",
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _signer(email: str) -> TimestampSigner:
    return TimestampSigner(salt=f"accounts.known_browser {email.strip().lower()}")
