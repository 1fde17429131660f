"""The files of a report: one with the findings, and others by kind of row."""

import hashlib
from base64 import b64encode
from collections.abc import Mapping

from django.core.files import File
from django.core.files.storage import default_storage
from django.http import FileResponse

from krafter_audit.api.errors import InvalidParams
from reports.errors import ReportFailed, ReportNotReady
from reports.exporters import EXPORTERS
from reports.models import Report


def new_file_name(report: Report, kind: str = "") -> str:
    suffix = f"-{kind}" if kind else ""
    return f"reports/{report.project.organization_id}/{report.pk}{suffix}.{report.format}"


def stored_file_name(report: Report, kind: str) -> str:
    return new_file_name(report, kind) if kind else report.file


def kinds_of(report: Report) -> list[str]:
    """Return the kinds of rows that have their own file."""
    return list(EXPORTERS[report.format].extra_files)


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


def sha256_of(file: File) -> str:
    """Return the hexadecimal SHA-256 of a file, and go to its start."""
    file.seek(0)
    digest = hashlib.file_digest(file, "sha256")
    file.seek(0)
    return digest.hexdigest()


def file_response(report: Report, kind: str) -> FileResponse:
    """Stream an unchanged file of a report as an attachment; `kind` is empty for the main file.

    Raises ReportNotReady or ReportFailed.
    """
    if report.status == Report.Status.FAILED:
        raise ReportFailed(report.failure or None)
    if report.status not in Report.READY:
        raise ReportNotReady
    name = stored_file_name(report, kind)
    try:
        file = default_storage.open(name, "rb")
        sha256 = sha256_of(file)
    except FileNotFoundError:
        raise ReportFailed("The file of this report is missing from the storage. Export it again.") from None
    if sha256 != report.sha256.get(name):
        file.close()
        raise ReportFailed("The file of this report was changed after its export. Export it again.")
    return FileResponse(
        file,
        as_attachment=True,
        filename=report.filename(report.project.slug, kind),
        content_type=EXPORTERS[report.format].content_type,
        headers={"Repr-Digest": f"sha-256=:{b64encode(bytes.fromhex(sha256)).decode()}:"},  # RFC 9530
    )
