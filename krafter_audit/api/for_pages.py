"""Sessions, sign-in and forms are for pages: a request to the API, which brings its key, passes them by.

Each costs a hundredth of a small read, and none of them does anything for a request that has no session.
"""

from collections.abc import Awaitable, Callable
from contextlib import nullcontext

from django.contrib.auth.middleware import AuthenticationMiddleware as Authentication
from django.contrib.messages.middleware import MessageMiddleware as Messages
from django.contrib.sessions.middleware import SessionMiddleware as Sessions
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.csrf import CsrfViewMiddleware as Csrf
from django.utils.deprecation import MiddlewareMixin

from krafter_audit.lib.gate import Gate

API, ADMIN, SHARED = "/api/v1/", "/admin/", "/insights/"


class ForPages(MiddlewareMixin):
    """A middleware that leaves the API's requests alone."""

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        """Hand an API request on untouched; do what the middleware does for any other."""
        if request.path_info.startswith(API):
            return self.get_response(request)
        return super().__call__(request)


class SessionMiddleware(ForPages, Sessions):
    """Who has signed in."""


class CsrfMiddleware(ForPages, Csrf):
    """A form is taken from our own pages alone. The API's views are exempt: no browser sends a key by itself."""


class AuthenticationMiddleware(ForPages, Authentication):
    """The person behind the session."""


class MessageMiddleware(ForPages, Messages):
    """What is said on the next page."""


class HeavyMiddleware:
    """A page that takes a megabyte while it is made is made beside few others of its kind."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.gates = {ADMIN: Gate(3), SHARED: Gate(3)}

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Hand a request on; to such a page, when it is its turn."""
        path = request.path_info
        gate = next((gate for start, gate in self.gates.items() if path.startswith(start)), None)
        with gate.passed() if gate else nullcontext():
            return self.get_response(request)
