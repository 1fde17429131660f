from urllib.parse import unquote
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts.time_zones.names import zone_names
from krafter_audit.admin.base import staff_of
from krafter_audit.admin.live_pages import SCRIPT_COOKIE
from krafter_audit.api.middleware import Handler

ADMIN_PATH = "/admin/"


class TimeZoneMiddleware:
    """Activate the user's time zone for pages of the admin; the API and public pages are in UTC."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(ADMIN_PATH):
            return self.get_response(request)
        name = getattr(staff_of(request), "time_zone", "") or browser_zone(request)
        with timezone.override(ZoneInfo(name) if name else None):
            return self.get_response(request)


def browser_zone(request: HttpRequest) -> str:
    name = unquote(request.COOKIES.get(SCRIPT_COOKIE, ""))
    return name if name in zone_names() else ""
