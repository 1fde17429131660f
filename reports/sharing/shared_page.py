"""The shared page: a snapshot without login, script, cookie or search index."""

from typing import Any, BinaryIO, cast

from django.http import FileResponse, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse

from krafter_audit.web.public_pages import PageUnavailable, public_page
from reports import services
from reports.downloads import file_response, kinds_of
from reports.errors import ReportFailed, ReportNotReady
from reports.exporters.csv import without_comments
from reports.models import Format, Report, Share
from reports.presentation import template_context
from reports.sharing import links
from reports.snapshots.snapshotting import load_snapshot

# 410 for links that existed; a wrong token discloses nothing.
NOT_FOUND = (404, "Report not found", "Check that you have copied the complete link.")
NOT_SHARED = (404, "Report not shared", "The owner has not shared this report yet. Ask for a link.")
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
NO_SUCH_FILE = (404, "File not found", "The report has no such file.")


@public_page
def shared_report(request: HttpRequest, token: str) -> HttpResponse:
    share = get_open_share(token)
    if request.method == "GET":
        services.count_view(share)
    context = {
        **template_context.page_context(load_snapshot(share.report)),
        "token": token,
        "files": files_context(share.report, token),
        "failed": share.report.status == Report.Status.FAILED,
        "expires_at": share.expires_at,
    }
    # Rendered without the request, because a context processor could touch the session and set a cookie.
    return HttpResponse(render_to_string("reports/shared.html", context))


@public_page
def shared_file(request: HttpRequest, token: str) -> FileResponse:
    report = get_open_share(token).report
    kind = request.GET.get("kind", "")
    if kind and kind not in kinds_of(report):
        raise PageUnavailable(*NO_SUCH_FILE)
    try:
        response = file_response(report, kind)
    except ReportNotReady:
        raise PageUnavailable(*FILE_NOT_READY) from None
    except ReportFailed:
        raise PageUnavailable(*FILE_FAILED) from None
    if report.format == Format.CSV and not kind:
        response.streaming_content = without_comments(cast("BinaryIO", response.file_to_stream))
        # Both headers describe the file with the comments.
        del response["Content-Length"], response["Repr-Digest"]
    return response


def get_open_share(token: str) -> Share:
    """Return the share of a token. Raises PageUnavailable."""
    key = links.key_from_token(token)
    shares = Share.objects.select_related("report__project__organization").defer("webhook")
    share = shares.filter(key=key).first() if key else None
    if share is None:
        raise PageUnavailable(*(NOT_SHARED if key and _is_in_a_pdf(key) else NOT_FOUND))
    if share.revoked_at:
        raise PageUnavailable(*REVOKED)
    if not share.is_live():
        raise PageUnavailable(*EXPIRED)
    return share


def _is_in_a_pdf(key: str) -> bool:
    return Report.objects.filter(link_key=key).exists()


def files_context(report: Report, token: str) -> list[dict[str, Any]]:
    """Return an exported report's files, the one with the findings first."""
    if report.status not in Report.READY:
        return []
    url = reverse("shared-report-file", kwargs={"token": token})
    main = {"url": url, "name": report.format.upper(), "format": report.format, "size": report.file_size}
    further = [{"url": f"{url}?kind={kind}", "name": kind} for kind in kinds_of(report)]
    return [main, *further]
