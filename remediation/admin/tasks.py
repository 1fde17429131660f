"""Admin page of tasks."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.admin import operator
from findings.admin import SEVERITY_COLOURS
from krafter_audit.admin.base import (
    DANGER,
    INFO,
    PRIMARY,
    SUCCESS,
    WARNING,
    AutocompleteFilter,
    ServiceModelAdmin,
    badge_column,
)
from remediation.admin.forms import ChangeTaskForm, CreateTaskForm
from remediation.models import Task
from remediation.services import tasks, verifications

STATUS_COLOURS = {
    "backlog": PRIMARY,
    "in_progress": INFO,
    "blocked": DANGER,
    "ready_verify": WARNING,
    "done": SUCCESS,
}


@admin.register(Task)
class TaskAdmin(ServiceModelAdmin):
    # The forms have no status: the actions change it.
    form, add_form = ChangeTaskForm, CreateTaskForm
    list_display = ("title", badge_column("status", STATUS_COLOURS), badge_column("priority", SEVERITY_COLOURS), "project", "owner", "sla_due_at", "external_ticket_key", "created_at")  # fmt: skip  # noqa: E501
    list_filter = (
        "status",
        "priority",
        ("project", AutocompleteFilter),
        ("finding", AutocompleteFilter),
        ("owner", AutocompleteFilter),
    )
    list_select_related = ("project", "owner")
    search_fields = ("^title", "^external_ticket_key")
    search_help_text = "Start of the title or of the ticket key, or the id."
    autocomplete_fields = ("finding", "owner")
    actions: ClassVar[list[str]] = ["run_verification", "start", "block", "set_ready", "return_to_backlog"]
    readonly_fields = ("project", "finding", "status", "created_at", "updated_at")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return [(None, {"fields": CreateTaskForm.Meta.fields})]
        return [
            (None, {"fields": ("project", "finding", "status", *ChangeTaskForm.Meta.fields)}),
            ("Times", {"fields": ("created_at", "updated_at")}),
        ]

    def save_model(self, request: HttpRequest, obj: Task, form: Any, change: bool) -> None:
        if not change:
            task = tasks.create(form.cleaned_data["finding"].project, by=operator(request), **form.validated)
            # Django shows and logs `obj`, which must be the row that the service has created.
            obj.__dict__.update(task.__dict__)
        elif form.validated:
            tasks.update(obj.pk, changes=form.validated, by=operator(request))

    @admin.action(description="Run verification", permissions=["operate"])
    def run_verification(self, request: HttpRequest, queryset: QuerySet[Task]) -> None:
        def run(task: Task) -> str:
            verifications.run(task.project, task_id=task.pk, by=operator(request))
            return "a verification is running."

        self.run_for_each(request, queryset.select_related("project"), run)

    @admin.action(description="Start work", permissions=["operate"])
    def start(self, request: HttpRequest, queryset: QuerySet[Task]) -> None:
        self._set_status(request, queryset, Task.Status.IN_PROGRESS)

    @admin.action(description="Block", permissions=["operate"])
    def block(self, request: HttpRequest, queryset: QuerySet[Task]) -> None:
        self._set_status(request, queryset, Task.Status.BLOCKED)

    @admin.action(description="Mark as ready to verify", permissions=["operate"])
    def set_ready(self, request: HttpRequest, queryset: QuerySet[Task]) -> None:
        self._set_status(request, queryset, Task.Status.READY_VERIFY)

    @admin.action(description="Return to backlog", permissions=["operate"])
    def return_to_backlog(self, request: HttpRequest, queryset: QuerySet[Task]) -> None:
        self._set_status(request, queryset, Task.Status.BACKLOG)

    def _set_status(self, request: HttpRequest, rows: QuerySet[Task], status: Task.Status) -> None:
        def set_status(task: Task) -> str:
            tasks.update(task.pk, changes={"status": status.value}, by=operator(request))
            return f"{status.label.lower()}."

        self.run_for_each(request, rows, set_status)
