"""Receivers of the signals of Django and allauth about sign-ins and accounts."""

import time
from typing import Any

from allauth.account.signals import user_logged_in as signed_in
from allauth.mfa import signals
from allauth.mfa.models import Authenticator
from django.contrib.auth.signals import user_logged_in
from django.http import HttpRequest

from accounts.models import User
from accounts.sign_in.account_events import log_account_event
from accounts.sign_in.session_age import SEEN_AT, SIGNED_IN_AT
from krafter_audit.api.throttling.rate_limits import client_address


def connect() -> None:
    user_logged_in.connect(_stamp_session)
    signed_in.connect(_report_sign_in)
    signals.authenticator_added.connect(_report_added)
    signals.authenticator_removed.connect(_report_removed)
    signals.authenticator_reset.connect(_report_new_codes)
    signals.authenticator_used.connect(_report_recovery_code)


def _stamp_session(request: HttpRequest, **kwargs: Any) -> None:
    request.session[SIGNED_IN_AT] = request.session[SEEN_AT] = int(time.time())


def _report_sign_in(request: HttpRequest, user: User, **kwargs: Any) -> None:
    log_account_event("sign_in.succeeded", user=user, request=request, address=client_address(request))


def _report_added(request: HttpRequest, user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    if authenticator.type == Authenticator.Type.TOTP:
        log_account_event("second_factor.added", user=user, request=request)


def _report_removed(request: HttpRequest, user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    if authenticator.type == Authenticator.Type.TOTP:
        log_account_event("second_factor.removed", user=user, request=request)


def _report_new_codes(request: HttpRequest, user: User, **kwargs: Any) -> None:
    log_account_event("second_factor.recovery_codes_replaced", user=user, request=request)


def _report_recovery_code(
    request: HttpRequest, user: User, authenticator: Authenticator, **kwargs: Any
) -> None:
    if authenticator.type == Authenticator.Type.RECOVERY_CODES:
        log_account_event("second_factor.recovery_code_used", user=user, request=request)
