from collections.abc import Callable
from datetime import timedelta
from typing import Any, ClassVar
from uuid import UUID

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts.admin.actor import staff_actor
from bulk_changes.admin.actions import BulkActions, status_action
from events.totals import counters
from findings.admin import SEVERITY_COLOURS, FindingAdmin
from krafter_audit.admin.actions import row_action
from krafter_audit.admin.base import AutocompleteFilter, badge_column, copy_row, staff_of
from krafter_audit.admin.quick_filters import QuickFilter, counted_rows
from krafter_audit.admin.text import due_badge
from krafter_audit.api.errors import Forbidden
from remediation.admin import timeline
from remediation.admin.collaboration import CollaborationPages
from remediation.admin.forms import ChangeTaskForm, CreateTaskForm, ExtendDueDateForm, SetTaskValuesForm
from remediation.admin.verifications import STATE_COLOURS, state_label
from remediation.errors import NoDueDate, TaskDone, VerificationInProgress
from remediation.models import Task
from remediation.queries import count_due_before, search_tasks
from remediation.services import extensions, sla_clock, tasks, verifications
from remediation.services.bulk import TASKS

STATUS_COLOURS = {"in_progress": "info", "blocked": "warning", "ready_verify": "info", "done": "success"}

DUE_SOON = timedelta(hours=48)  # the quick filter “Due soon”
MAX_VERIFICATIONS = 20
STATUS_ACTIONS = {
    "start": "in_progress",
    "block": "blocked",
    "set_ready": "ready_verify",
    "return_to_backlog": "backlog",
}
MANUAL_REVIEW_WAITS = "A verification of this task waits for a manual review: approve or reopen it."
NOT_A_MEMBER = "You are not a member of the organisation, so you cannot own its tasks."


class TaskQuickFilter(QuickFilter):
    labels: ClassVar = {
        "open": "Open",
        "mine": "Mine",
        "overdue": "Overdue",
        "due_soon": "Due in 48 h",
        "ready": "Ready to verify",
    }

    def apply(self, rows: QuerySet[Any], name: str, request: HttpRequest) -> QuerySet[Any]:
        rows, now = rows.exclude(status=Task.Status.DONE), timezone.now()
        if name == "mine":
            return rows.filter(owner=request.user.pk)
        if name == "overdue":
            return rows.filter(sla_due_at__lt=now)
        if name == "due_soon":
            return rows.filter(sla_due_at__gte=now, sla_due_at__lt=now + DUE_SOON)
        return rows.filter(status=Task.Status.READY_VERIFY) if name == "ready" else rows

    def counts(self, request: HttpRequest, project_ids: list[UUID]) -> dict[str, int | str]:
        statuses = counters.rows_by_status(project_ids, "task")
        now = timezone.now()
        overdue = count_due_before(project_ids, now)
        mine = self.apply(Task.objects.filter(project__in=project_ids), "mine", request)
        return {
            "open": sum(statuses[status] for status in Task.OPEN),
            "mine": counted_rows(mine),
            "overdue": overdue,
            "due_soon": count_due_before(project_ids, now + DUE_SOON) - overdue,
            "ready": statuses[Task.Status.READY_VERIFY],
        }


@admin.register(Task)
class TaskAdmin(CollaborationPages, BulkActions):
    change_form_outer_before_template = ""  # the page has its actions at the end of the window
    # The forms have no status: the actions change it.
    form, add_form = ChangeTaskForm, CreateTaskForm
    bulk_subject, set_values_form = TASKS, SetTaskValuesForm
    list_display = (
        "title", badge_column("status", STATUS_COLOURS), badge_column("priority", SEVERITY_COLOURS), "due", "score",
        "project", "organization", "owner", "ticket", "age",
    )  # fmt: skip
    sortable_by: ClassVar = ("due", "score", "age")
    list_filter = (
        TaskQuickFilter,
        "status",
        "priority",
        ("project", AutocompleteFilter),
        ("finding", AutocompleteFilter),
        ("owner", AutocompleteFilter),
    )
    list_select_related = ("project__organization", "owner", "finding")
    deferred_fields = tuple(f"finding__{name}" for name in FindingAdmin.deferred_fields)
    search_fields = ("title",)
    search_help_text = "Words, ticket, URL, check or id"
    autocomplete_fields = ("finding", "owner")
    update_row = staticmethod(tasks.update)
    # Higher apps append functions.
    actions: ClassVar[list[str | Callable[..., Any]]] = [
        "run_verification", "assign_to_me", "start", "block", "set_ready", "return_to_backlog", "extend_due_date",
        "set_values",
    ]  # fmt: skip
    start = status_action("Start work", Task.Status.IN_PROGRESS)
    block = status_action("Block", Task.Status.BLOCKED)
    set_ready = status_action("Mark as ready to verify", Task.Status.READY_VERIFY)
    return_to_backlog = status_action("Return to backlog", Task.Status.BACKLOG)
    tones: ClassVar = {"run_verification": "primary"}
    readonly_fields = ("project", "finding", "status", "created_at", "updated_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Task]:
        rows: QuerySet[Task] = super().get_queryset(request)
        return rows.prefetch_related("sla_pauses")  # read by `due_badge`

    def refusals(self, request: HttpRequest, row: Task) -> dict[str, str]:
        if row.status == Task.Status.DONE:
            refusals = {name: TaskDone.message for name in self.actions if isinstance(name, str)}
            del refusals["run_verification"]  # a fix can be verified again
            return refusals
        refusals = {
            name: f"The task is {status_in_words(status)}."
            for name, status in STATUS_ACTIONS.items()
            if row.status == status
        }
        if row.owner_id == request.user.pk:
            refusals["assign_to_me"] = "You own the task."
        elif row.project.organization_id not in staff_of(request).roles:
            refusals["assign_to_me"] = NOT_A_MEMBER
        if row.sla_due_at is None and not row.sla_is_paused:
            refusals["extend_due_date"] = NoDueDate.message
        running = row.verifications.filter(running=True).first()
        if running:
            refusals["run_verification"] = (
                MANUAL_REVIEW_WAITS if running.manual else VerificationInProgress.message
            )
        return refusals

    def detail_context(self, request: HttpRequest, row: Task) -> dict[str, Any]:
        newest = list(row.verifications.order_by("-pk")[:MAX_VERIFICATIONS])
        return {
            "statuses": Task.Status.choices,
            "running": any(verification.running for verification in newest),
            "verifications": [
                (verification, label := state_label(verification), STATE_COLOURS[label])
                for verification in newest
            ],
            "timeline": timeline.entries(row.finding),
            **self.collaboration(request, row),
            "clock": sla_clock.clock_of(row),
        }

    @admin.action(description="Assign to me", permissions=["operate"])
    def assign_to_me(self, request: HttpRequest, queryset: QuerySet[Task]) -> HttpResponse | None:
        if "_back" not in request.POST:
            return self.change_rows(request, queryset, {"owner_id": request.user.pk})

        def assign(task: Task) -> str:
            if task.project.organization_id not in staff_of(request).roles:
                raise Forbidden(NOT_A_MEMBER)
            tasks.update(task.pk, changes={"owner_id": request.user.pk}, by=staff_actor(request))
            return "assigned to you."

        self.run_for_each(request, queryset.select_related("project"), assign)
        return None

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        by_due_date = request.GET.get("quick") in ("mine", "overdue", "due_soon")
        return ("sla_due_at", "-pk") if by_due_date else ("-pk",)

    def find(self, rows: QuerySet[Task], text: str) -> QuerySet[Task]:
        return search_tasks(rows, text)

    @admin.display(description="due", ordering="sla_due_at")
    def due(self, task: Task) -> str:
        return due_badge(task)

    @admin.display(description="score", ordering="finding__score")
    def score(self, task: Task) -> int:
        return task.finding.score

    @admin.display(description="ticket")
    def ticket(self, task: Task) -> str | None:
        return task.external_ticket_key

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return [(None, {"fields": CreateTaskForm.Meta.fields})]
        return [
            (None, {"fields": ("project", "finding", "status", *ChangeTaskForm.Meta.fields)}),
            ("Times", {"fields": ("created_at", "updated_at")}),
        ]

    def save_model(self, request: HttpRequest, obj: Task, form: Any, change: bool) -> None:
        if not change:
            task = tasks.create(
                form.cleaned_data["finding"].project, by=staff_actor(request), **form.validated
            )
            copy_row(task, to=obj)
        elif form.validated:
            tasks.update(obj.pk, changes=form.validated, by=staff_actor(request))

    @row_action("Run verification")
    def run_verification(self, request: HttpRequest, task: Task) -> str:
        verification = verifications.run(task.project, task_id=task.pk, by=staff_actor(request))
        if verification.manual:
            return (
                "no automatic check covers the finding: review it, then approve or reopen the verification."
            )
        return "a verification is running."

    @admin.action(description="Extend the due date…", permissions=["operate"])
    def extend_due_date(self, request: HttpRequest, queryset: QuerySet[Task]) -> HttpResponse | None:
        # A first page requests hours and reason, and submits the action again with them.
        form = ExtendDueDateForm(request.POST if "reason" in request.POST else None)
        if not form.is_valid():
            template = "admin/remediation/task/extend.html"
            return self.action_form_page(request, queryset, form, template, title="Extend the due date")

        def extend(task: Task) -> str:
            extensions.extend(task.pk, by=staff_actor(request), **form.cleaned_data)
            return "the due date was extended."

        self.run_for_each(request, queryset, extend)
        return None


def status_in_words(status: str) -> str:
    return "in the backlog" if status == Task.Status.BACKLOG else Task.Status(status).label.lower()
