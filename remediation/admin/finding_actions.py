"""Actions on the list of findings that create tasks."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.defaultfilters import pluralize

from accounts.admin.actor import staff_actor
from bulk_changes.admin.actions import BulkActions, change_refusal, with_undo_button
from findings.admin import FindingAdmin
from findings.models import Finding
from krafter_audit.api.errors import InvalidParams
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
    selected = model_admin.selection_of_one_project(request, queryset, problem=ONE_PROJECT)
    if selected is None:
        return None
    project, finding_ids = selected
    too_many = InvalidParams(TOO_MANY) if len(finding_ids) > MAX_FINDINGS else None
    if error := too_many or change_refusal(request, Task._meta, project):
        model_admin.message_user(request, error.message, messages.ERROR)
        return None
    sent = request.POST if "create_tasks" in request.POST else None
    form = CreateTasksForm(sent, organization_id=project.organization_id)
    if not form.is_valid():
        template = "admin/remediation/task/create_tasks.html"
        return model_admin.selection_page(request, template, form=form, findings=len(finding_ids))
    bulk_change, created = bulk.create_for_findings(
        project, finding_ids, owner_id=form.cleaned_data["owner"], by=staff_actor(request)
    )
    sentence = _sentence(len(created), skipped=len(finding_ids) - len(created))
    message = with_undo_button(request, sentence, [bulk_change] if bulk_change else [])
    model_admin.message_user(request, message, messages.SUCCESS if created else messages.WARNING)
    return None


def _sentence(created: int, *, skipped: int) -> str:
    sentence = f"{created:,} task{pluralize(created)} created"
    if skipped:
        sentence += f", {skipped:,} finding{pluralize(skipped)} skipped: not open, or with an open task"
    return f"{sentence}."


FindingAdmin.actions.append(create_tasks)
FindingAdmin.list_only_actions |= {"create_tasks"}  # the page of a finding has *Add task*
