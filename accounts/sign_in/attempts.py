import logging
from datetime import timedelta

from allauth.core.exceptions import ImmediateHttpResponse
from django.conf import settings
from django.contrib.admin import site
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.csp import csp_override

from accounts.models import User
from accounts.sign_in import lockout
from accounts.sign_in.account_events import log_account_event
from accounts.sign_in.lockout import AttemptSubject
from krafter_audit.api.throttling.rate_limits import client_address, client_network

logger = logging.getLogger(__name__)


def require_allowed(request: HttpRequest, subject: AttemptSubject, *, email: str) -> None:
    """Count an attempt for a subject and the client's address; while either is paused, answer with `paused_page`."""
    outcome = lockout.count_attempt(subject, lockout.address_subject(client_network(request)))
    if outcome.wait:
        raise ImmediateHttpResponse(paused_page(request, outcome.wait))
    for locked in outcome.locked:
        _report_lock(request, locked, email)


def record_success(request: HttpRequest, subject: AttemptSubject) -> None:
    """Delete the count of a subject, and subtract this attempt from that of the client's address."""
    lockout.clear(subject)
    lockout.uncount_attempt(lockout.address_subject(client_network(request)))


def _report_lock(request: HttpRequest, locked: AttemptSubject, email: str) -> None:
    # The same work with and without an account, so that the response time does not disclose which.
    user = User.objects.by_email(email)
    logger.warning("Too many attempts to sign in: the %s is paused.", locked.kind)
    log_account_event(
        "sign_in.locked", user=user, request=request, kind=locked.kind, email=email.strip().lower()[:254],
        address=client_address(request),
    )  # fmt: skip


@csp_override(settings.ADMIN_CSP)
def paused_page(request: HttpRequest, wait: int) -> HttpResponse:
    """Return the page of a pause; `wait` is in seconds."""
    context = {
        **site.each_context(request),
        "title": "Sign-in is paused",
        "minutes": -(-wait // 60) if wait > 90 else 0,  # rounded up; 0: the page shows the seconds
        "seconds": wait,
        "until": timezone.now() + timedelta(seconds=wait),
    }
    page = render_to_string("sign_in/paused.html", context, request)
    return HttpResponse(page, status=429, headers={"retry-after": str(wait), "cache-control": "no-store"})
