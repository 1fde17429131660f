from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.defaultfilters import pluralize
from django.urls import reverse
from django.utils.html import format_html

from accounts.admin.actor import staff_actor
from accounts.models import Project
from bulk_changes.admin.actions import BulkActions
from campaigns import services
from campaigns.admin.forms import AddToCampaignForm, ChooseCampaignForm
from campaigns.models import Campaign
from campaigns.queries import active_campaigns
from campaigns.services import TaskSelection
from krafter_audit.admin.base import AutocompleteFilter
from krafter_audit.admin.forms import error_text
from krafter_audit.api.errors import ApiError
from remediation.admin.tasks import TaskAdmin
from remediation.models import Task

TEMPLATE = "admin/campaigns/choose.html"
ONE_PROJECT = "Select tasks of one project: a campaign belongs to a project."
IN_NO_CAMPAIGN = "None of these tasks is in a campaign that is not archived."


@admin.action(description="Add to campaign…", permissions=["operate"])
def add_to_campaign(
    model_admin: BulkActions, request: HttpRequest, queryset: QuerySet[Task]
) -> HttpResponse | None:
    """Show the form for a campaign or a new one, then add the tasks."""
    selected = model_admin.selection_of_one_project(request, queryset, problem=ONE_PROJECT)
    if selected is None:
        return None
    project, task_ids = selected
    form = AddToCampaignForm(_posted_values(request), campaigns=active_campaigns(project))
    if not form.is_valid():
        return model_admin.selection_page(
            request, TEMPLATE, form=form, tasks=len(task_ids), button="Add to campaign"
        )
    _change(model_admin, request, lambda: _add(project, task_ids, form.cleaned_data, request), "added to")
    return None


@admin.action(description="Remove from campaign…", permissions=["operate"])
def remove_from_campaign(
    model_admin: BulkActions, request: HttpRequest, queryset: QuerySet[Task]
) -> HttpResponse | None:
    """Show the form for a campaign of the tasks, then remove them."""
    selected = model_admin.selection_of_one_project(request, queryset, problem=ONE_PROJECT)
    if selected is None:
        return None
    project, task_ids = selected
    campaigns = Campaign.objects.filter(
        project=project, archived_at=None, memberships__task__in=task_ids
    ).distinct()
    if not campaigns:
        model_admin.message_user(request, IN_NO_CAMPAIGN, messages.ERROR)
        return None
    form = ChooseCampaignForm(_posted_values(request), campaigns=campaigns)
    if not form.is_valid():
        return model_admin.selection_page(
            request, TEMPLATE, form=form, tasks=len(task_ids), button="Remove from campaign"
        )
    _change(
        model_admin,
        request,
        lambda: services.remove_tasks(
            form.cleaned_data["campaign"], project=project, task_ids=task_ids, by=staff_actor(request)
        ),
        "removed from",
    )
    return None


def _posted_values(request: HttpRequest) -> Any:
    return request.POST if "campaign" in request.POST else None


def _add(
    project: Project, task_ids: list[UUID], chosen: dict[str, Any], request: HttpRequest
) -> TaskSelection:
    by = staff_actor(request)
    if chosen["campaign"]:
        return services.add_tasks(chosen["campaign"], project=project, task_ids=task_ids, by=by)
    campaign = services.create(
        project, name=chosen["name"], due_date=chosen["due_date"], task_ids=task_ids, by=by
    )
    return TaskSelection(campaign, len(task_ids), task_ids)


def _change(model_admin: BulkActions, request: HttpRequest, change: Any, verb: str) -> None:
    try:
        done = change()
    except ApiError as error:
        model_admin.message_user(request, error_text(error), messages.ERROR)
        return
    number, rest = len(done.changed), done.matched - len(done.changed)
    sentence = format_html(
        '{} task{} {} <a href="{}">{}</a>{}.',
        f"{number:,}",
        pluralize(number),
        verb,
        reverse("admin:campaigns_campaign_change", args=[done.campaign.pk]),
        done.campaign.name,
        f", {rest:,} unchanged" if rest else "",
    )
    model_admin.message_user(request, sentence, messages.SUCCESS if number else messages.WARNING)


TaskAdmin.actions += [add_to_campaign, remove_from_campaign]
TaskAdmin.list_only_actions |= {"remove_from_campaign"}
TaskAdmin.list_filter += (("campaign_tasks__campaign", AutocompleteFilter),)  # type: ignore[assignment]  # a longer tuple
