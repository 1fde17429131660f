"""Tasks, verifications and policies in the admin. Verdicts are the services'; refusals become messages."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.html import format_html_join

from accounts.admin import operator
from findings.admin.findings import SEVERITIES
from krafter_audit.admin.base import (
    DANGER,
    INFO,
    PRIMARY,
    SUCCESS,
    WARNING,
    AutocompleteFilter,
    ReadOnlyAdmin,
    ReadOnlyInline,
    ServiceModelAdmin,
    badge_column,
    render_json,
)
from remediation.admin.evidence import EvidenceInline, EvidencePages
from remediation.admin.forms import ChangeTaskForm, CreateTaskForm, PolicyForm, ReasonForm
from remediation.models import Policy, PolicyVersion, Task, Verification
from remediation.policy_simulation import plans
from remediation.services import policies, tasks, verdicts, verifications

STATUSES = {
    "backlog": PRIMARY,
    "in_progress": INFO,
    "blocked": DANGER,
    "ready_verify": WARNING,
    "done": SUCCESS,
}
RESULTS = {"pending": WARNING, "passed": SUCCESS, "failed": DANGER}


@admin.register(Task)
class TaskAdmin(ServiceModelAdmin):
    """Units of work that close findings."""

    list_display = ("title", badge_column("status", STATUSES), badge_column("priority", SEVERITIES), "project", "owner", "sla_due_at", "external_ticket_key", "created_at")  # fmt: skip  # noqa: E501
    list_filter = (
        "status",
        "priority",
        ("project", AutocompleteFilter),
        ("finding", AutocompleteFilter),
        ("owner", AutocompleteFilter),
    )
    list_select_related = ("project", "owner")
    search_fields = ("^title", "^external_ticket_key")
    search_help_text = "How the title or the ticket's key begins, or the id."
    autocomplete_fields = ("finding", "owner")
    actions: ClassVar[list[str]] = ["run_verification", "start", "block", "make_ready", "put_back"]
    readonly_fields = ("project", "finding", "status", "created_at", "updated_at")

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """Create with one form, change with another."""
        kwargs["form"] = ChangeTaskForm if change else CreateTaskForm
        return super().get_form(request, obj, change=change, **kwargs)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """A task stays with its finding."""
        return self.readonly_fields if obj else ()

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Where it stands, then what may change."""
        if obj is None:
            return [(None, {"fields": CreateTaskForm.Meta.fields})]
        return [
            (None, {"fields": ("project", "finding", "status", *ChangeTaskForm.Meta.fields)}),
            ("Times", {"fields": ("created_at", "updated_at")}),
        ]

    def save_model(self, request: HttpRequest, obj: Task, form: Any, change: bool) -> None:
        """Create the task, or change what was changed."""
        if not change:
            made = tasks.create(form.cleaned_data["finding"].project, by=operator(request), **form.validated)
            obj.__dict__.update(made.__dict__)
        elif form.validated:
            tasks.update(obj.pk, changes=form.validated, by=operator(request))

    @admin.action(description="Run verification", permissions=["operate"])
    def run_verification(self, request: HttpRequest, queryset: QuerySet[Task]) -> None:
        """Look again at what the task was to mend; each look costs one unit of quota."""

        def run(task: Task) -> str:
            verifications.run(task.project, task_id=task.pk, by=operator(request))
            return "a verification is running."

        self.run_for_each(request, queryset.select_related("project"), run)

    @admin.action(description="Start work", permissions=["operate"])
    def start(self, request: HttpRequest, queryset: QuerySet[Task]) -> None:
        """Move to in progress."""
        self._move(request, queryset, Task.Status.IN_PROGRESS)

    @admin.action(description="Block", permissions=["operate"])
    def block(self, request: HttpRequest, queryset: QuerySet[Task]) -> None:
        """Move to blocked."""
        self._move(request, queryset, Task.Status.BLOCKED)

    @admin.action(description="Ready to verify", permissions=["operate"])
    def make_ready(self, request: HttpRequest, queryset: QuerySet[Task]) -> None:
        """Move to ready to verify."""
        self._move(request, queryset, Task.Status.READY_VERIFY)

    @admin.action(description="Back to backlog", permissions=["operate"])
    def put_back(self, request: HttpRequest, queryset: QuerySet[Task]) -> None:
        """Move to the backlog."""
        self._move(request, queryset, Task.Status.BACKLOG)

    def _move(self, request: HttpRequest, rows: QuerySet[Task], status: Task.Status) -> None:
        def move(task: Task) -> str:
            tasks.update(task.pk, changes={"status": status.value}, by=operator(request))
            return f"{status.label.lower()}."

        self.run_for_each(request, rows, move)


@admin.register(Verification)
class VerificationAdmin(EvidencePages, ReadOnlyAdmin):
    """Looks at whether a finding is gone, and what people decided about them."""

    list_display = (
        "task", "project", badge_column("result", RESULTS), "answers", "verified_by", "verified_at", "created_at",
    )  # fmt: skip
    list_filter = ("result", "running", "manual", ("project", AutocompleteFilter))
    list_select_related = ("task", "project", "verified_by")
    search_fields = ("^task__title",)
    actions: ClassVar[list[str]] = ["approve", "reopen", "approve_anyway"]
    inlines = (EvidenceInline,)
    fields = (
        "project", "task", "result", "what_checks_said", "evidence", "circumstances", "override_reason", "verified_by",
        "verified_at", "created_at", "updated_at",
    )  # fmt: skip

    def describe_row(self, row: Verification) -> str:
        """Name the task."""
        return row.task.title

    @admin.display(description="checks")
    def answers(self, verification: Verification) -> str:
        """Count what the checks said."""
        said = [check["status"] for check in verification.checks]
        return ", ".join(f"{said.count(word)} {word}" for word in dict.fromkeys(said))

    @admin.display(description="checks")
    def what_checks_said(self, verification: Verification) -> str:
        """Show each check: before, after, status."""
        lines = ((c["key"], c["before"], c["after"], c["status"]) for c in verification.checks)
        return format_html_join("", "<div><code>{}</code>: {} → {} ({})</div>", lines)

    @admin.display(description="circumstances")
    def circumstances(self, verification: Verification) -> str:
        """Say what is special about it."""
        words = {
            "a check is running": verification.running,
            "no automatic check: a person's verdict is the answer": verification.manual,
            "the unit of quota was given back": verification.refunded,
        }
        return "; ".join(word for word, holds in words.items() if holds) or "-"

    @admin.action(description="Approve", permissions=["operate"])
    def approve(self, request: HttpRequest, queryset: QuerySet[Verification]) -> None:
        """The fix holds: close the task, the finding and its regressions."""

        def approve(row: Verification) -> str:
            verdicts.approve(row.pk, by=operator(request))
            return "approved."

        self.run_for_each(request, queryset, approve)

    @admin.action(description="Reopen", permissions=["operate"])
    def reopen(self, request: HttpRequest, queryset: QuerySet[Verification]) -> None:
        """The issue persists: record a regression and work on it again."""

        def reopen(row: Verification) -> str:
            verdicts.reopen(row.pk, by=operator(request))
            return "reopened."

        self.run_for_each(request, queryset, reopen)

    @admin.action(description="Approve although a check did not pass…", permissions=["operate"])
    def approve_anyway(self, request: HttpRequest, queryset: QuerySet[Verification]) -> HttpResponse | None:
        """Ask for the reason first; it is kept."""
        asked = "reason" in request.POST
        form = ReasonForm(request.POST if asked else None)
        if not (asked and form.is_valid()):
            return self._ask_reason(request, queryset, form)

        def approve(row: Verification) -> str:
            verdicts.approve(row.pk, by=operator(request), override_reason=form.cleaned_data["reason"])
            return "approved."

        self.run_for_each(request, queryset, approve)
        return None

    def _ask_reason(
        self, request: HttpRequest, rows: QuerySet[Verification], form: ReasonForm
    ) -> TemplateResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": "Approve although a check did not pass",
            "opts": self.opts,
            "form": form,
            "rows": rows[:200],
            "back": request.POST.get("_back", ""),
        }
        return TemplateResponse(request, "admin/remediation/verification/reason.html", context)


class PolicyVersionInline(ReadOnlyInline):
    """A policy as it was."""

    model = PolicyVersion
    ordering = ("-version",)
    verbose_name_plural = "earlier versions"
    fields = readonly_fields = ("version", "name", "rules", "replaced_at", "replaced_by")
    per_page = 10

    @admin.display(description="config")
    def rules(self, version: PolicyVersion) -> str:
        """Show the config over many lines, in the order it was sent in."""
        return render_json(version.config)


@admin.register(Policy)
class PolicyAdmin(ServiceModelAdmin):
    """The rules of each project; the first look at a project's policy makes it."""

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
        """A project has its policy from the start."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """An inactive policy is history."""
        return super().has_change_permission(request, obj) and (obj is None or obj.active)

    def save_model(self, request: HttpRequest, obj: Policy, form: Any, change: bool) -> None:
        """Replace the policy."""
        if form.validated:
            policies.replace(obj.project, **form.validated, by=operator(request))

    @admin.action(description="Test against the findings", permissions=["view"])
    def test(self, request: HttpRequest, queryset: QuerySet[Policy]) -> None:
        """Count what the rules meet; nothing changes."""

        def test(policy: Policy) -> str:
            rules: Any = policy.config
            met = plans.test(policy.project, rules)
            return f"{met['simulated_findings']} findings, {met['escalated_to_critical']} of them critical."

        self.run_for_each(request, queryset, test)
