"""Pages for people without an account: no login, cookie, script or search index."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.loader import render_to_string
from django.views.decorators.csp import csp_override
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from krafter_audit.api.errors import RateLimited, Unavailable
from krafter_audit.api.throttling import rate_limits

type View[**P] = Callable[Concatenate[HttpRequest, P], HttpResponseBase]

CONTENT_SECURITY_POLICY: dict[str, list[str]] = {
    "default-src": ["'none'"],
    "style-src": ["'self'"],
    "img-src": ["data:"],
    "base-uri": ["'none'"],
    "form-action": ["'none'"],
    "frame-ancestors": ["'none'"],
}
HEADERS = {
    "X-Robots-Tag": "noindex, nofollow",
    # The URL grants access, so no other site may receive it.
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "private, no-store",
}
NOT_FOUND = (404, "Page not found", "Check that you have copied the complete link.")
TOO_MANY_REQUESTS = (429, "Too many requests", "Wait a minute, then reload this page.")
UNAVAILABLE = (503, "Service unavailable", "Reload this page in a few seconds.")


class PageUnavailable(Exception):
    """A page that cannot be shown: the status, heading and sentence of the error page."""

    def __init__(self, status: int, heading: str, sentence: str) -> None:
        self.status, self.heading, self.sentence = status, heading, sentence
        super().__init__(heading)


def public_page[**P](view: View[P], *, has_form: bool = False) -> View[P]:
    """Serve a view without login, with a rate limit, and answer errors with a page.

    A page that `has_form` also accepts POST.
    """
    policy = {**CONTENT_SECURITY_POLICY, "form-action": ["'self'" if has_form else "'none'"]}
    # Without a CSRF token: the URL grants the access.
    methods = ["GET", "HEAD", *(["POST"] if has_form else [])]

    @csrf_exempt  # another method gets a 405, not a CSRF failure
    @csp_override(policy)
    @require_http_methods(methods)
    @wraps(view)
    def wrapper(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        try:
            rate_limits.hit("public", rate_limits.client_network(request)).raise_if_exceeded()
            response = view(request, *args, **kwargs)
        except RateLimited as error:
            response = error_page(*TOO_MANY_REQUESTS, headers=error.headers)
        except PageUnavailable as error:
            response = error_page(error.status, error.heading, error.sentence)
        except (OperationalError, InterfaceError, Unavailable):
            response = unavailable_page()
        for name, value in HEADERS.items():
            response[name] = value
        return response

    return wrapper


def unavailable_page(*, home: bool = False) -> HttpResponse:
    return error_page(*UNAVAILABLE, headers={"retry-after": "5"}, home=home)


def error_page(
    status: int, heading: str, sentence: str, *, headers: dict[str, str] | None = None, home: bool = False
) -> HttpResponse:
    """Return an error as a page, with a link to the overview for those who have an account (`home`)."""
    context = {"status": status, "heading": heading, "sentence": sentence, "home": home}
    page = render_to_string("unavailable.html", context)
    return HttpResponse(page, status=status, headers=headers)
