"""Sessions, sign-in and forms are for pages: a request to the API, which brings its key, passes them by.

Each costs a hundredth of a small read, and none of them does anything for a request that has no session.
"""

from collections.abc import Awaitable

from django.contrib.auth.middleware import AuthenticationMiddleware as Authentication
from django.contrib.messages.middleware import MessageMiddleware as Messages
from django.contrib.sessions.middleware import SessionMiddleware as Sessions
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.csrf import CsrfViewMiddleware as Csrf
from django.utils.deprecation import MiddlewareMixin

from krafter_audit.lib.gate import Gate

API, ADMIN = "/api/v1/", "/admin/"


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


class AdminMiddleware(ForPages):
    """A page of the admin takes a megabyte while it is made: a few are made at a time."""

    gate = Gate(3)

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        """Hand a request on, to a page of the admin when it is its turn."""
        if not request.path_info.startswith(ADMIN):
            return self.get_response(request)
        with self.gate.passed():
            return self.get_response(request)
