from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from django.contrib import admin
from django.http import HttpRequest
from django.template.loader import render_to_string

from accounts.admin.actor import staff_actor
from campaigns import services
from campaigns.admin.forms import ChangeCampaignForm, CreateCampaignForm
from campaigns.burn_down import burn_down
from campaigns.errors import CampaignArchived
from campaigns.models import Campaign, CampaignTask
from campaigns.queries import progress_of
from findings.models import LARGE_FIELDS
from krafter_audit.admin.actions import row_action
from krafter_audit.admin.base import AutocompleteFilter, ServiceModelAdmin, copy_row
from remediation.models import Task

MAX_TASKS = 100  # shown on the page
CHART_WIDTH, CHART_HEIGHT = 640, 120


@admin.register(Campaign)
class CampaignAdmin(ServiceModelAdmin):
    change_form_outer_before_template = ""  # the page has its actions at the end of the window
    form, add_form = ChangeCampaignForm, CreateCampaignForm
    list_display = ("name", "progress", "due", "overdue", "project", "organization", "owner", "state", "age")
    list_filter = (
        ("archived_at", admin.EmptyFieldListFilter),
        ("project", AutocompleteFilter),
        ("owner", AutocompleteFilter),
    )
    list_select_related = ("project__organization", "owner")
    search_fields = ("name",)
    search_help_text = "Name or id"
    autocomplete_fields = ("project", "owner")
    actions: ClassVar[list[str]] = ["archive", "restore"]
    readonly_fields = ("project", "archived_at", "created_at", "updated_at")

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        changelist = super().get_changelist_instance(request)
        # By one query for the page.
        progress = progress_of([row.pk for row in changelist.result_list])
        for row in changelist.result_list:
            row.counted = progress[row.pk]
        return changelist

    @admin.display(description="progress")
    def progress(self, row: Any) -> str:
        return render_to_string("admin/campaigns/progress.html", {"campaign": row, "progress": row.counted})

    @admin.display(description="due")
    def due(self, row: Any) -> str:
        return render_to_string("admin/campaigns/due.html", {"campaign": row, "progress": row.counted})

    @admin.display(description="overdue tasks")
    def overdue(self, row: Any) -> int:
        return int(row.counted.overdue)

    @admin.display(description="state")
    def state(self, row: Campaign) -> str:
        return "archived" if row.archived_at else "active"

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return [(None, {"fields": CreateCampaignForm.Meta.fields})]
        return [
            (None, {"fields": ("project", *ChangeCampaignForm.Meta.fields)}),
            ("Times", {"fields": ("archived_at", "created_at", "updated_at")}),
        ]

    def save_model(self, request: HttpRequest, obj: Campaign, form: Any, change: bool) -> None:
        if not change:
            campaign = services.create(
                form.cleaned_data["project"], by=staff_actor(request), **form.validated
            )
            copy_row(campaign, to=obj)
        elif form.validated:
            services.update(obj.pk, changes=form.validated, by=staff_actor(request))

    def refusals(self, request: HttpRequest, row: Campaign) -> dict[str, str]:
        if row.archived_at:
            return {"archive": CampaignArchived.message}
        return {"restore": "The campaign is not archived."}

    def detail_context(self, request: HttpRequest, row: Campaign) -> dict[str, Any]:
        progress = progress_of([row.pk])[row.pk]
        days = burn_down(row)
        labels = dict(Task.Status.choices)
        return {
            "progress": progress,
            "statuses": [(name, labels[name], number) for name, number in progress.by_status.items()],
            "tasks": tasks_of(row),
            "more": max(0, progress.total - MAX_TASKS),
            "days": list(reversed(days)),
            "line": chart_line(days),
        }

    @row_action("Archive")
    def archive(self, request: HttpRequest, row: Campaign) -> str:
        services.archive(row.pk, by=staff_actor(request))
        return "archived."

    @row_action("Restore")
    def restore(self, request: HttpRequest, row: Campaign) -> str:
        services.restore(row.pk, by=staff_actor(request))
        return "restored."


def tasks_of(campaign: Campaign) -> list[Task]:
    """Return the first tasks of a campaign: open ones by their due date, then done ones."""
    # Sorted here: PostgreSQL would read the tasks of all projects in this order until it has found the campaign's.
    members = CampaignTask.objects.filter(campaign=campaign)
    found = members.values_list("task__status", "task__sla_due_at", "task")
    pks = [pk for *_, pk in sorted(found, key=_open_by_due_date)[:MAX_TASKS]]
    rows = Task.objects.select_related("owner", "finding").prefetch_related("sla_pauses")
    tasks = rows.defer(*(f"finding__{name}" for name in LARGE_FIELDS)).in_bulk(pks)
    return [tasks[pk] for pk in pks if pk in tasks]


def _open_by_due_date(row: tuple[str, datetime | None, UUID]) -> tuple[bool, bool, float, UUID]:
    status, due_at, pk = row
    return status == Task.Status.DONE, due_at is None, due_at.timestamp() if due_at else 0, pk


def chart_line(days: Sequence[dict[str, Any]]) -> str:
    """Return the open tasks by day as the points of an SVG polyline; empty for a single day."""
    highest = max((day["total"] for day in days), default=0)
    if len(days) < 2 or not highest:
        return ""
    step = CHART_WIDTH / (len(days) - 1)
    scale = (CHART_HEIGHT - 4) / highest
    return " ".join(
        f"{place * step:.1f},{CHART_HEIGHT - 2 - day['open'] * scale:.1f}" for place, day in enumerate(days)
    )
