"""Admin page of policies."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.admin import operator
from krafter_audit.admin.base import AutocompleteFilter, ReadOnlyInline, ServiceModelAdmin, render_json
from remediation.admin.forms import PolicyForm
from remediation.models import Policy, PolicyVersion
from remediation.policy_simulation import plans
from remediation.services import policies


class PolicyVersionInline(ReadOnlyInline):
    model = PolicyVersion
    ordering = ("-version",)
    verbose_name_plural = "earlier versions"
    fields = readonly_fields = ("version", "name", "config_json", "replaced_at", "replaced_by")
    per_page = 10

    @admin.display(description="config")
    def config_json(self, version: PolicyVersion) -> str:
        return render_json(version.config)


@admin.register(Policy)
class PolicyAdmin(ServiceModelAdmin):
    form = PolicyForm
    list_display = ("name", "project", "active", "version", "updated_at")
    list_filter = ("active", ("project", AutocompleteFilter))
    list_select_related = ("project",)
    search_fields = ("^name", "^project__slug")
    fields = ("project", "name", "config", "active", "version", "updated_at")
    readonly_fields = ("project", "active", "version", "updated_at")
    inlines = (PolicyVersionInline,)
    actions: ClassVar[list[str]] = ["test"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        # A project's default policy is created when it is first needed.
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and (obj is None or obj.active)

    def save_model(self, request: HttpRequest, obj: Policy, form: Any, change: bool) -> None:
        if form.validated:
            policies.replace(obj.project, **form.validated, by=operator(request))

    @admin.action(description="Test against current findings", permissions=["view"])
    def test(self, request: HttpRequest, queryset: QuerySet[Policy]) -> None:
        def test(policy: Policy) -> str:
            config: Any = policy.config
            result = plans.test(policy.project, config)
            critical = result["escalated_to_critical"]
            return f"{result['simulated_findings']} findings, {critical} of them critical."

        self.run_for_each(request, queryset, test, verb="view")
