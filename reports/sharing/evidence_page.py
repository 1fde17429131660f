"""The public proof of a fix: a verification's evidence, verified against the published keys."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse

from krafter_audit.web.public_pages import PageUnavailable, public_page
from krafter_audit.web.public_urls import public_url
from remediation.errors import NoSigningKey
from remediation.evidence import export
from remediation.evidence.chain import key_fingerprints, links_of
from remediation.evidence.comparison import compare
from remediation.models import Evidence, Verification
from reports.models import Report, ReportItem
from reports.presentation import items
from reports.sharing.shared_page import get_open_share
from scanner import registry

NOT_FOUND = (404, "Evidence not found", "This report has no such verification.")
DELETED = (410, "The evidence was deleted", "Evidence is kept for a limited time. The report remains valid.")
NO_KEY = (
    409,
    "The evidence is not signed",
    "This installation has no signing key, so there is no signed file.",
)
INVALID = "invalid"


@public_page
def shared_evidence(request: HttpRequest, token: str, verification_id: str) -> HttpResponse:
    """Show the result, each step of the verification, and how to repeat it."""
    report = get_open_share(token).report
    fixed, verification = _find(report, verification_id)
    links = list(links_of(verification))
    if not links:
        raise PageUnavailable(*DELETED)
    for link in links:
        known = registry.get(link.key)
        link.title = known.title if known else ""  # type: ignore[attr-defined]  # shown by the template
    lines = export.verify_content(export.content(verification, public=True))
    signed = all(link.signature for link in links)
    context = {
        "token": token,
        "project": report.subject["project"],
        "finding": items.fixed_findings([fixed.data], 1)[0],
        "comparison": compare(verification, links),
        "lines": lines,
        "signed": signed,
        "valid": signed and bool(lines) and all(line.word != INVALID for line in lines),
        "failed": any(line.word == INVALID for line in lines),
        "links": links,
        "check_kind": Evidence.Kind.CHECK,
        "keys": key_fingerprints(),
        "keys_url": public_url("evidence-keys"),
        "file_url": reverse("shared-evidence-file", args=[token, verification_id]),
        "file_name": export.file_name(verification),
    }
    return HttpResponse(render_to_string("reports/evidence.html", context))


@public_page
def shared_evidence_file(request: HttpRequest, token: str, verification_id: str) -> HttpResponse:
    """Return the evidence as a signed file, without people's names and screenshots."""
    _, verification = _find(get_open_share(token).report, verification_id)
    try:
        return export.download(verification, public=True)
    except NoSigningKey:
        raise PageUnavailable(*NO_KEY) from None


def _find(report: Report, verification_id: str) -> tuple[ReportItem, Verification]:
    try:
        pk = UUID(verification_id)
    except ValueError:
        raise PageUnavailable(*NOT_FOUND) from None
    # Only findings that the report lists as fixed: a link opens no other evidence of the project.
    listed = ReportItem.objects.filter(report=report, kind=ReportItem.Kind.FIXED, data__id=str(pk))
    item = listed.first()
    rows = Verification.objects.select_related("project", "task__finding")
    verification = rows.filter(pk=pk, project=report.project_id).first() if item else None
    if item is None or verification is None:
        raise PageUnavailable(*NOT_FOUND)
    return item, verification
