"""Actions on the list of findings that create tasks."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.defaultfilters import pluralize

from accounts.admin.actor import staff_actor
from bulk_changes.admin.actions import BulkActions, Selection, change_refusal, with_undo_button
from findings.admin import FindingAdmin
from findings.models import Finding
from remediation.admin.forms import CreateTasksForm
from remediation.models import Task
from remediation.services import bulk

MAX_FINDINGS = 1_000  # of one action, as of one request to the API
ONE_PROJECT = "Select findings of one project: its members own the tasks."
TOO_MANY = f"Select at most {MAX_FINDINGS:,} findings."


@admin.action(description="Create tasks…", permissions=["operate"])
def create_tasks(
    model_admin: BulkActions, request: HttpRequest, queryset: QuerySet[Finding]
) -> HttpResponse | None:
    """Show the form for the owner, then create the tasks."""
    selection = model_admin.selection(request, queryset)
    if selection is None:
        return None
    if refusal := _refusal(request, selection):
        model_admin.message_user(request, refusal, messages.ERROR)
        return None
    [(project, finding_ids)] = selection
    sent = request.POST if "create_tasks" in request.POST else None
    form = CreateTasksForm(sent, organization_id=project.organization_id)
    if not form.is_valid():
        template = "admin/remediation/task/create_tasks.html"
        return model_admin.selection_page(request, template, form=form, findings=len(finding_ids))
    bulk_change, created = bulk.create_for_findings(
        project, finding_ids, owner_id=form.cleaned_data["owner"], by=staff_actor(request)
    )
    sentence = _sentence(created, skipped=len(finding_ids) - created)
    message = with_undo_button(request, sentence, [bulk_change] if bulk_change else [])
    model_admin.message_user(request, message, messages.SUCCESS if created else messages.WARNING)
    return None


def _refusal(request: HttpRequest, selection: Selection) -> str:
    if len(selection) != 1:
        return ONE_PROJECT
    [(project, finding_ids)] = selection
    if len(finding_ids) > MAX_FINDINGS:
        return TOO_MANY
    error = change_refusal(request, Task._meta, project)
    return error.message if error else ""


def _sentence(created: int, *, skipped: int) -> str:
    sentence = f"{created:,} task{pluralize(created)} created"
    if skipped:
        sentence += f", {skipped:,} finding{pluralize(skipped)} skipped: not open, or with an open task"
    return f"{sentence}."


FindingAdmin.actions.append(create_tasks)
FindingAdmin.list_only_actions |= {"create_tasks"}  # the page of a finding has *Add task*
