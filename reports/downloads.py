"""The files of a report: one with the findings, and one for each further kind of row that its format has."""

from collections.abc import Mapping

from django.core.files.storage import default_storage
from django.http import FileResponse

from krafter_audit.api.errors import InvalidParams
from reports.errors import ReportFailed, ReportNotReady
from reports.exporters import EXPORTERS
from reports.models import Report


def storage_name(report: Report, kind: str = "") -> str:
    suffix = f"-{kind}" if kind else ""
    return (
        f"reports/{report.project.organization_id}/{report.pk}{suffix}.{EXPORTERS[report.format].extension}"
    )


def kinds_of(report: Report) -> list[str]:
    """Return the kinds of rows that have a file of their own."""
    return list(EXPORTERS[report.format].further)


def parse_kind(params: Mapping[str, str], report: Report) -> str:
    """Return the kind in a query string, empty for the main file. Raises InvalidParams."""
    kind, kinds = params.get("kind"), kinds_of(report)
    if kind is None or (kinds and kind == "findings"):
        return ""
    if not kinds:
        raise InvalidParams(details={"kind": [f"A report in {report.format} has one file, with all kinds."]})
    if kind not in kinds:
        raise InvalidParams(details={"kind": [f"Use one of: findings, {', '.join(kinds)}."]})
    return kind


def file_response(report: Report, kind: str = "") -> FileResponse:
    """Stream a file of a report as an attachment. Raises ReportNotReady or ReportFailed."""
    if report.status == Report.Status.FAILED:
        raise ReportFailed(report.failure or None)
    if report.status not in Report.READY:
        raise ReportNotReady
    try:
        file = default_storage.open(storage_name(report, kind) if kind else report.file, "rb")
    except FileNotFoundError:
        raise ReportFailed("The file of this report is missing from the storage. Export it again.") from None
    return FileResponse(
        file,
        as_attachment=True,
        filename=report.filename(report.project.slug, kind),
        content_type=EXPORTERS[report.format].content_type,
    )
