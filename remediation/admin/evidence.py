"""The evidence of a verification in the admin: a page that a person can read, and the signed file."""

import json
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html

from krafter_audit.admin.base import ReadOnlyAdmin, ReadOnlyInline, render_json
from remediation.errors import NoSigningKey
from remediation.evidence import export
from remediation.evidence.chain import is_intact, keyring, links_of
from remediation.models import Evidence, Verification
from scanner.evidence_bundle.keys import fingerprint
from scanner.evidence_bundle.verification import examine


class EvidenceInline(ReadOnlyInline):
    """What each check saw."""

    model = Evidence
    ordering = ("sequence",)
    verbose_name_plural = "evidence"
    fields = readonly_fields = ("sequence", "key", "seen", "intact")

    @admin.display(description="what was seen")
    def seen(self, link: Evidence) -> str:
        """Show it over many lines."""
        return render_json(json.loads(link.body))

    @admin.display(description="hash and signature hold", boolean=True)
    def intact(self, link: Evidence) -> bool:
        """Tell whether the link still is what was written."""
        return is_intact(link)


class EvidencePages(ReadOnlyAdmin):
    """Two pages more of a verification."""

    def get_urls(self) -> list[Any]:
        """Add the page and the file."""
        see = self.admin_site.admin_view
        return [
            path("<uuid:pk>/evidence/", see(self.evidence_page), name="remediation_verification_evidence"),
            path("<uuid:pk>/evidence/bundle", see(self.bundle), name="remediation_verification_bundle"),
            *super().get_urls(),
        ]

    @admin.display(description="evidence")
    def evidence(self, verification: Verification) -> str:
        """Lead to the page."""
        page = reverse("admin:remediation_verification_evidence", args=[verification.pk])
        return format_html(
            '<a class="text-primary-600 underline" href="{}">Read it and see whether it holds</a>', page
        )

    def _readable(self, request: HttpRequest, pk: Any) -> Verification:
        found = get_object_or_404(Verification.objects.select_related("project", "task__finding"), pk=pk)
        if not self.has_view_permission(request, found):
            raise PermissionDenied
        return found

    def bundle(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """Hand out the signed file."""
        verification = self._readable(request, pk)
        try:
            return export.as_file(verification)
        except NoSigningKey as refusal:
            self.message_user(request, str(refusal.message), "ERROR")
            return HttpResponseRedirect(reverse("admin:remediation_verification_evidence", args=[pk]))

    def evidence_page(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """Show what was seen and decided, link by link, and what the judge of bundles says of it."""
        verification = self._readable(request, pk)
        content = export.content(verification)
        context = {
            **self.admin_site.each_context(request),
            "title": "Evidence",
            "opts": self.opts,
            "verification": verification,
            "links": [told(link) for link in links_of(verification)],
            "people": content["people"],
            "pictures": {
                one["sha256"]: f"data:{one['type']};base64,{one['base64']}" for one in content["pictures"]
            },
            "examined": examined(verification),
            "keys": [(key_id, fingerprint(public)) for key_id, public in keyring().public.items()],
        }
        return TemplateResponse(request, "admin/remediation/verification/evidence.html", context)


def examined(verification: Verification) -> list[Any]:
    """Return what `./krafter verify-evidence` says of the verification's bundle, by this installation's keys."""
    try:
        raw = export.bundle(verification)
    except NoSigningKey:
        return []
    return list(examine(raw, list(keyring().public.values())))


def told(link: Evidence) -> dict[str, Any]:
    """Return a link as the page shows it."""
    said = json.loads(link.body)
    pages = said.get("pages")
    return {
        "row": link,
        "said": said,
        "pages": [one for one in pages if isinstance(one, dict)] if isinstance(pages, list) else [],
        "intact": is_intact(link),
        "whole": render_json(said),
    }
