import time

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from krafter_audit.api.middleware import Handler
from krafter_audit.db.deletion import delete_in_batches

SIGNED_IN_AT, SEEN_AT = "signed_in_at", "seen_at"  # Unix seconds
SECONDS_BETWEEN_WRITES = 60


class SessionAgeMiddleware:
    """End sessions older than KRAFTER_SESSION_HOURS, or idle for KRAFTER_SESSION_IDLE_MINUTES."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Without its cookie the session is not even read: the API and the shared pages have none.
        if settings.SESSION_COOKIE_NAME in request.COOKIES and SESSION_KEY in request.session:
            if _is_over(request.session):
                request.session.flush()
                request.user = AnonymousUser()
            elif time.time() - request.session[SEEN_AT] >= SECONDS_BETWEEN_WRITES:
                request.session[SEEN_AT] = int(time.time())
        return self.get_response(request)


def _is_over(session: SessionBase) -> bool:
    now = time.time()
    idle, age = now - session.get(SEEN_AT, 0), now - session.get(SIGNED_IN_AT, 0)
    return idle > settings.KRAFTER_SESSION_IDLE_MINUTES * 60 or age > settings.KRAFTER_SESSION_HOURS * 3600


def delete_expired() -> None:
    """Delete expired sessions, and ended ones from the lists of sessions that users see."""
    delete_in_batches(Session.objects.filter(expire_date__lt=timezone.now()).order_by("expire_date"))
    sessions = Session.objects.filter(session_key=OuterRef("session_key"))
    delete_in_batches(UserSession.objects.filter(~Exists(sessions)))
