from django.core.files.storage import default_storage
from django.http import FileResponse

from reports.errors import ReportFailed, ReportNotReady
from reports.exporters import EXPORTERS
from reports.models import Report


def file_response(report: Report) -> FileResponse:
    """Stream the file of a report as an attachment. Raises ReportNotReady or ReportFailed."""
    if report.status == Report.Status.FAILED:
        raise ReportFailed(report.failure or None)
    if report.status not in Report.READY:
        raise ReportNotReady
    try:
        file = default_storage.open(report.file, "rb")
    except FileNotFoundError:
        raise ReportFailed("The file of this report is missing from the storage. Export it again.") from None
    return FileResponse(
        file,
        as_attachment=True,
        filename=report.filename(report.project.slug),
        content_type=EXPORTERS[report.format].content_type,
    )
