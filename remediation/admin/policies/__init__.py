from dataclasses import dataclass
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.forms import BoundField
from django.http import HttpRequest
from django.template.defaultfilters import pluralize

from accounts.admin.actor import staff_actor
from findings.models import Domain
from krafter_audit.admin.actions import row_action
from krafter_audit.admin.base import AutocompleteFilter
from krafter_audit.api.etags import etag_for
from remediation.admin.forms import PolicyForm
from remediation.admin.policies.forms import SectionsForm, by_field
from remediation.admin.policies.pages import PolicyPages, as_text
from remediation.checks.catalogue import catalogue
from remediation.models import Policy
from remediation.policy_simulation import plans
from remediation.policy_versions.warnings import ignored_parts
from remediation.services import policies

MAX_VERSIONS = 20


@admin.register(Policy)
class PolicyAdmin(PolicyPages):
    form = PolicyForm
    empty_text = "A project has a policy from the beginning: add a project first."
    list_display = ("name", "project", "active", "version", "updated_at")
    list_filter = ("active", ("project", AutocompleteFilter))
    list_select_related = ("project__organization",)
    search_fields = ("^name", "project__name", "^project__slug")
    fields = ("name", "config")
    actions: ClassVar[list[str]] = ["test"]
    list_only_actions = frozenset({"test"})  # the page of a policy has the preview

    def has_add_permission(self, request: HttpRequest) -> bool:
        # A project's default policy is created when it is first needed.
        return False

    def save_model(self, request: HttpRequest, obj: Policy, form: Any, change: bool) -> None:
        if form.validated:
            policies.replace(obj.project, **form.validated, by=staff_actor(request))
            for sentence in ignored_parts(form.validated["config"]):
                self.message_user(request, sentence, messages.WARNING)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        form.entered = getattr(request, "entered_json", None)
        return form

    def detail_context(self, request: HttpRequest, row: Policy) -> dict[str, Any]:
        form = SectionsForm(name=row.name, config=row.config)
        form, base = getattr(request, "policy_draft", (form, row.config))
        return {
            "form": form,
            "base": as_text(base),
            "etag": etag_for(row),
            "draft": hasattr(request, "policy_draft"),
            "json_error": getattr(request, "json_error", ""),
            "checks": _checks_by_domain(row, form),
            "warnings": by_field(ignored_parts(base))[1],
            "versions": row.versions.select_related("replaced_by").order_by("-version")[:MAX_VERSIONS],
            "recalculation": row.project.sla_recalculations.order_by("-created_at", "-id").first(),
            "may_change": self.has_change_permission(request, row),
        }

    @row_action("Test against current findings", permission="view")
    def test(self, request: HttpRequest, policy: Policy) -> str:
        result = plans.test(policy.project, policy.config)
        critical = result["escalated_to_critical"]
        found = result["simulated_findings"]
        return f"{found} finding{pluralize(found)}, {critical} of them critical."


@dataclass(frozen=True)
class PolicyCheckRow:
    """A check in the form: its catalogue entry, fields, and errors of their values."""

    check: dict[str, Any]
    enabled: BoundField
    threshold: BoundField | None
    problems: list[str]

    @property
    def differs(self) -> bool:
        return not self.enabled.value() or bool(self.threshold and self.threshold.value() not in (None, ""))


def _checks_by_domain(policy: Policy, form: SectionsForm) -> list[tuple[str, bool, list[PolicyCheckRow]]]:
    fields = form.checks()
    rows: dict[str, list[PolicyCheckRow]] = {value: [] for value in Domain.values}
    for check in catalogue(policy.project):
        enabled, threshold, warnings = fields[check["key"]]
        errors = [*enabled.errors, *(threshold.errors if threshold else [])]
        rows[check["domain"]].append(PolicyCheckRow(check, enabled, threshold, [*errors, *warnings]))
    return [
        (str(Domain(value).label), any(row.problems or row.differs for row in found), found)
        for value, found in rows.items()
    ]
