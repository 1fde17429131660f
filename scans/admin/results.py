from django.contrib import admin

from krafter_audit.admin.base import ReadOnlyAdmin, badge_column, render_json
from krafter_audit.admin.text import status_label
from scanner import registry
from scans.models import ScanResult

OUTCOME_COLOURS = {
    "passed": "success",
    "failed": "danger",
    "inconclusive": "warning",
    "not_applicable": "primary",
}


@admin.register(ScanResult)
class ScanResultAdmin(ReadOnlyAdmin):
    organization_path, project_path = "scan__project__organization", "scan__project"
    empty_text = "Scans store the result of each check here."
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
    search_help_text = "Start of a check, or id of a scan"
    search_fields = ("^key",)
    uuid_search_field = "scan"
    linked_lookups = ("scan__id__exact", "page__id__exact")
    fields = (
        "scan", "page", "check_key", "rule", "version", "outcome_label", "reason_label", "measured", "sample_list",
        "profile", "tool_list", "duration", "seen_at", "evidence_json",
    )  # fmt: skip

    @admin.display(description="check")
    def check_key(self, result: ScanResult) -> str:
        return result.key

    @admin.display(description="rule")
    def rule(self, result: ScanResult) -> str:
        return registry.rule_of(result.key)

    @admin.display(description="outcome")
    def outcome_label(self, result: ScanResult) -> str:
        return status_label(result.outcome)

    @admin.display(description="reason")
    def reason_label(self, result: ScanResult) -> str:
        return status_label(result.reason)

    @admin.display(description="samples")
    def sample_list(self, result: ScanResult) -> str:
        samples = (
            f"{sample:g}" if isinstance(sample, int | float) else str(sample) for sample in result.samples
        )
        return f"{', '.join(samples)} {result.unit}".strip()

    @admin.display(description="tools")
    def tool_list(self, result: ScanResult) -> str:
        return ", ".join(f"{name} {version}" for name, version in result.tools.items())

    @admin.display(description="duration")
    def duration(self, result: ScanResult) -> str:
        return f"{result.duration_ms:,.0f} ms"

    @admin.display(description="measured")
    def measured(self, result: ScanResult) -> str:
        if not isinstance(result.value, int | float):
            return ""
        unit = f" {result.unit}" if result.unit else ""  # a layout shift has none
        return f"{result.value:g}{unit}" + (
            f" (threshold {result.threshold:g}{unit})" if result.threshold else ""
        )

    @admin.display(description="detail")
    def detail(self, result: ScanResult) -> str:
        return str(result.evidence.get("detail", ""))[:150]

    @admin.display(description="evidence")
    def evidence_json(self, result: ScanResult) -> str:
        return render_json(result.evidence)
