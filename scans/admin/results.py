"""Admin page of scan results."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from krafter_audit.admin.base import (
    DANGER,
    PRIMARY,
    SUCCESS,
    WARNING,
    ReadOnlyAdmin,
    badge_column,
    render_json,
)
from scans.models import ScanResult

OUTCOME_COLOURS = {"passed": SUCCESS, "failed": DANGER, "inconclusive": WARNING, "not_applicable": PRIMARY}


@admin.register(ScanResult)
class ScanResultAdmin(ReadOnlyAdmin):
    organization_path, project_path = "scan__project__organization", "scan__project"
    list_display = (
        "check_key",
        badge_column("outcome", OUTCOME_COLOURS),
        "page",
        "measured",
        "detail",
        "seen_at",
    )
    list_filter = ("outcome",)
    list_select_related = ("page",)
    search_help_text = "The id of a scan, or the start of a check's key."
    search_fields = ("^key",)
    uuid_search_field = "scan"
    fields = (
        "scan", "page", "check_key", "version", "outcome", "reason", "measured", "samples", "profile", "tools",
        "duration_ms", "seen_at", "evidence_json",
    )  # fmt: skip
    readonly_fields = ("check_key", "measured", "evidence_json")

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        # For the links from the page of a scan.
        return lookup in ("scan__id__exact", "page__id__exact") or super().lookup_allowed(
            lookup, value, request
        )

    @admin.display(description="check")
    def check_key(self, result: ScanResult) -> str:
        return result.key

    @admin.display(description="measured")
    def measured(self, result: ScanResult) -> str:
        if not isinstance(result.value, int | float):
            return ""
        return f"{result.value:g} {result.unit}" + (
            f" (threshold {result.threshold:g})" if result.threshold else ""
        )

    @admin.display(description="detail")
    def detail(self, result: ScanResult) -> str:
        return str(result.evidence.get("detail", ""))[:150]

    @admin.display(description="evidence")
    def evidence_json(self, result: ScanResult) -> str:
        return render_json(result.evidence)
