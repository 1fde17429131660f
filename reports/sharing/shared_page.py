"""The shared page: a snapshot without login, script, cookie or search index."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate

from django.db import InterfaceError, OperationalError
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.csp import csp_override
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from krafter_audit.api import rate_limits
from krafter_audit.api.errors import RateLimited, Unavailable
from reports.downloads import file_response
from reports.errors import ReportFailed, ReportNotReady
from reports.models import Report, Share
from reports.presentation import template_context
from reports.sharing import links
from reports.snapshots.snapshotting import load_snapshot

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
    # The URL grants access, so that no other site may see it.
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "private, no-store",
}


class LinkUnavailable(Exception):
    """There is no page to show: a status, a heading and a sentence."""

    def __init__(self, status: int, heading: str, sentence: str) -> None:
        self.status, self.heading, self.sentence = status, heading, sentence
        super().__init__(heading)


# 410 for links that existed; a wrong token discloses nothing.
NOT_FOUND = (404, "Report not found", "Check that you have copied the complete link.")
REVOKED = (410, "This link was revoked", "The owner of the report has revoked it. Ask for a new link.")
EXPIRED = (410, "This link has expired", "Links to reports are valid for a limited time. Ask for a new link.")
FILE_NOT_READY = (
    409,
    "The file is not ready yet",
    "It is being exported. Go back and try again in a moment.",
)
FILE_FAILED = (
    409,
    "The file is not available",
    "The export of the file failed. The page of the report is complete without it.",
)
TOO_MANY_REQUESTS = (429, "Too many requests", "Wait a minute, then reload this page.")
UNAVAILABLE = (503, "Service unavailable", "Reload this page in a few seconds.")


def public_page[**P](view: View[P]) -> View[P]:
    """Serve a view without login, with a rate limit, and answer errors with a page."""

    @csrf_exempt  # read-only: another method is answered 405, not with a CSRF failure
    @csp_override(CONTENT_SECURITY_POLICY)
    @require_safe
    @wraps(view)
    def wrapper(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        try:
            rate_limits.hit("public", rate_limits.client_address(request)).raise_if_exceeded()
            response = view(request, *args, **kwargs)
        except RateLimited as error:
            response = error_page(*TOO_MANY_REQUESTS, headers=error.headers)
        except LinkUnavailable as error:
            response = error_page(error.status, error.heading, error.sentence)
        except (OperationalError, InterfaceError, Unavailable):
            response = error_page(*UNAVAILABLE, headers={"retry-after": "5"})
        for name, value in HEADERS.items():
            response[name] = value
        return response

    return wrapper


@public_page
def shared_report(request: HttpRequest, token: str) -> HttpResponse:
    share = get_open_share(token)
    context = {
        **template_context.page_context(load_snapshot(share.report)),
        "file": file_context(share.report, token),
        "failed": share.report.status == Report.Status.FAILED,
        "expires_at": share.expires_at,
    }
    # Rendered without the request, because a context processor could touch the session and set a cookie.
    return HttpResponse(render_to_string("reports/shared.html", context))


@public_page
def shared_file(request: HttpRequest, token: str) -> FileResponse:
    try:
        return file_response(get_open_share(token).report)
    except ReportNotReady:
        raise LinkUnavailable(*FILE_NOT_READY) from None
    except ReportFailed:
        raise LinkUnavailable(*FILE_FAILED) from None


def get_open_share(token: str) -> Share:
    """Return the share of a token. Raises LinkUnavailable."""
    key = links.key_from_token(token)
    shares = Share.objects.select_related("report__project__organization").defer("webhook")
    share = shares.filter(key=key).first() if key else None
    if share is None:
        raise LinkUnavailable(*NOT_FOUND)
    if share.revoked_at:
        raise LinkUnavailable(*REVOKED)
    if not share.is_live():
        raise LinkUnavailable(*EXPIRED)
    return share


def file_context(report: Report, token: str) -> dict[str, Any] | None:
    if report.status not in Report.READY:
        return None
    url = reverse("shared-report-file", kwargs={"token": token})
    return {"url": url, "format": report.format.upper(), "size": report.file_size}


def error_page(
    status: int, heading: str, sentence: str, *, headers: dict[str, str] | None = None
) -> HttpResponse:
    context = {"status": status, "heading": heading, "sentence": sentence}
    page = render_to_string("reports/unavailable.html", context)
    return HttpResponse(page, status=status, headers=headers)
