"""The shared page: no login, no script, no cookie, no index; a frozen report, or why there is none."""

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
from krafter_audit.api.errors import RateLimited
from reports import downloads
from reports.errors import ReportFailed, ReportNotReady
from reports.models import Report, Share
from reports.presentation import template_context
from reports.sharing import links
from reports.snapshots.snapshotting import snapshot_of

type View[**P] = Callable[Concatenate[HttpRequest, P], HttpResponseBase]

POLICY: dict[str, list[str]] = {
    "default-src": ["'none'"],
    "style-src": ["'self'"],
    "img-src": ["data:"],
    "base-uri": ["'none'"],
    "form-action": ["'none'"],
    "frame-ancestors": ["'none'"],
}
HEADERS = {
    "X-Robots-Tag": "noindex, nofollow",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "private, no-store",
}


class Closed(Exception):
    """There is no page to show: a status, a heading and a sentence."""

    def __init__(self, status: int, heading: str, sentence: str) -> None:
        self.status, self.heading, self.sentence = status, heading, sentence
        super().__init__(heading)


NEVER_EXISTED = (
    404,
    "There is no report here",
    "Check that the whole address was copied: the link is not known.",
)
REVOKED = (410, "This link was withdrawn", "The owner of the report has closed it. Ask them for a new one.")
EXPIRED = (
    410,
    "This link has expired",
    "Links to reports work for a limited time. Ask its owner for a new one.",
)
NO_FILE_YET = (409, "The file is not ready yet", "It is being made. Go back and try again in a moment.")
NO_FILE = (
    409,
    "There is no file",
    "The file of this report could not be made. Its page is complete without it.",
)
TOO_MANY = (429, "Too many requests", "Wait a minute, then reload this page.")
AWAY = (503, "Not available for the moment", "Reload this page in a few seconds.")


def public[**P](view: View[P]) -> View[P]:
    """Let anybody in, at a bounded rate, and turn what goes wrong into a page that says so."""

    @csrf_exempt  # nothing is changed here: another method is 405, not a question about its token
    @csp_override(POLICY)
    @require_safe
    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        try:
            rate_limits.take("public", rate_limits.client_address(request)).refuse_when_spent()
            response = view(request, *args, **kwargs)
        except RateLimited as refusal:
            response = closed(*TOO_MANY, headers=refusal.headers)
        except Closed as closing:
            response = closed(closing.status, closing.heading, closing.sentence)
        except (OperationalError, InterfaceError):
            response = closed(*AWAY, headers={"retry-after": "5"})
        for name, value in HEADERS.items():
            response[name] = value
        return response

    return guarded


@public
def shared_report(request: HttpRequest, token: str) -> HttpResponse:
    """Show the frozen report."""
    share = open_share(token)
    context = {
        **template_context.on_the_page(snapshot_of(share.report)),
        "file": file_of(share.report, token),
        "failed": share.report.status == Report.Status.FAILED,
        "expires_at": share.expires_at,
    }
    # Rendered without the request: no context processor may touch the session, which would set a cookie.
    return HttpResponse(render_to_string("reports/shared.html", context))


@public
def shared_file(request: HttpRequest, token: str) -> FileResponse:
    """Hand out the file."""
    try:
        return downloads.download(open_share(token).report)
    except ReportNotReady:
        raise Closed(*NO_FILE_YET) from None
    except ReportFailed:
        raise Closed(*NO_FILE) from None


def open_share(token: str) -> Share:
    """Return the share that the token opens, with its report and project, or raise Closed."""
    key = links.key_in(token)
    shares = Share.objects.select_related("report__project__organization").defer("webhook")
    share = shares.filter(key=key).first() if key else None
    if share is None:
        raise Closed(*NEVER_EXISTED)
    if share.revoked_at:
        raise Closed(*REVOKED)
    if not share.is_live():
        raise Closed(*EXPIRED)
    return share


def file_of(report: Report, token: str) -> dict[str, Any] | None:
    """Say what the page offers for download, or None when there is no file."""
    if report.status not in Report.READY:
        return None
    url = reverse("shared-report-file", kwargs={"token": token})
    return {"url": url, "format": report.format.upper(), "size": report.file_size}


def closed(
    status: int, heading: str, sentence: str, *, headers: dict[str, str] | None = None
) -> HttpResponse:
    """Return the page that says why there is no report to see."""
    page = render_to_string(
        "reports/unavailable.html", {"status": status, "heading": heading, "sentence": sentence}
    )
    return HttpResponse(page, status=status, headers=headers)
