import json
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_safe

from findings.observations import mappings
from krafter_audit.admin.base import ReadOnlyAdmin, ReadOnlyInline, render_json
from remediation.errors import NoSigningKey
from remediation.evidence import export
from remediation.evidence.chain import is_intact, key_fingerprints, links_of
from remediation.models import Evidence, Verification


class EvidenceInline(ReadOnlyInline):
    model = Evidence
    ordering = ("sequence",)
    verbose_name_plural = "evidence"
    fields = readonly_fields = ("sequence", "key", "content", "intact")

    @admin.display(description="evidence")
    def content(self, link: Evidence) -> str:
        return render_json(json.loads(link.body))

    @admin.display(description="hash and signature valid", boolean=True)
    def intact(self, link: Evidence) -> bool:
        return is_intact(link)


class EvidencePages(ReadOnlyAdmin):
    def get_urls(self) -> list[Any]:
        return [
            self.page_url("evidence", require_safe(self.evidence_page)),
            self.page_url("bundle", require_safe(self.bundle), route="<uuid:pk>/evidence/bundle"),
            *super().get_urls(),
        ]

    @admin.display(description="evidence")
    def evidence(self, verification: Verification) -> str:
        page = reverse("admin:remediation_verification_evidence", args=[verification.pk])
        return format_html(
            '<a class="text-primary-600 underline" href="{}">View and verify the evidence</a>', page
        )

    def _viewable(self, request: HttpRequest, pk: Any) -> Verification:
        rows = self.get_queryset(request).select_related("project", "task__finding")
        verification: Verification = get_object_or_404(rows, pk=pk)
        if not self.has_view_permission(request, verification):
            raise PermissionDenied
        return verification

    def bundle(self, request: HttpRequest, pk: Any) -> HttpResponse:
        verification = self._viewable(request, pk)
        try:
            return export.download(verification)
        except NoSigningKey as error:
            self.message_user(request, error.message, "ERROR")
            return HttpResponseRedirect(reverse("admin:remediation_verification_evidence", args=[pk]))

    def evidence_page(self, request: HttpRequest, pk: Any) -> HttpResponse:
        verification = self._viewable(request, pk)
        content = export.content(verification)
        return self.page(
            request,
            "admin/remediation/verification/evidence.html",
            title="Evidence",
            verification=verification,
            links=[link_context(link) for link in links_of(verification)],
            people=content["people"],
            screenshots={
                image["sha256"]: f"data:{image['type']};base64,{image['base64']}"
                for image in content["screenshots"]
            },
            results=export.verify_content(content),
            keys=key_fingerprints(),
        )


def link_context(link: Evidence) -> dict[str, Any]:
    # The body is free-form JSON, also of earlier formats: the template gets lists and objects only.
    body = json.loads(link.body)
    return {
        "row": link,
        "body": body,
        "pages": mappings(body.get("pages")),
        "intact": is_intact(link),
        "json": render_json(body),
    }
