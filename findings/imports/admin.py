"""The admin page that imports a report of another tool."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from unfold.decorators import action

from accounts.admin.actor import staff_actor
from accounts.models import Project
from bulk_changes.admin.actions import BulkActions
from findings.imports import MAX_DOCUMENT_BYTES
from findings.serializers import ImportFindingsRequestSerializer
from findings.services import bulk
from krafter_audit.admin.base import staff_of
from krafter_audit.admin.forms import error_text, validated_data
from krafter_audit.admin.project_scope import chosen_project
from krafter_audit.api.errors import ApiError
from krafter_audit.api.parsers import MEBIBYTE, parse_json

FORMAT_LABELS = {
    "sarif": "SARIF (code scanners)",
    "lighthouse": "Lighthouse (JSON)",
    "axe": "axe-core (JSON)",
    "zap": "ZAP (JSON)",
}


class ProjectField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Project) -> str:
        return f"{obj.name} · {obj.organization.name}"


class ImportForm(forms.Form):
    """A file, validated by the API's serializer; `validated` has the arguments for the service."""

    project = ProjectField(queryset=Project.objects.none())
    format = forms.ChoiceField(choices=list(FORMAT_LABELS.items()))
    file = forms.FileField(
        label="File", allow_empty_file=True, help_text=f"JSON, at most {MAX_DOCUMENT_BYTES // MEBIBYTE} MiB."
    )

    def __init__(self, *args: Any, projects: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.validated: dict[str, Any] = {}
        self.fields["project"].queryset = projects  # type: ignore[attr-defined]  # a field of models
        for field in self.fields.values():
            field.widget.attrs["class"] = "k-input"

    def clean_file(self) -> Any:
        file: UploadedFile = self.cleaned_data["file"]
        if (file.size or 0) > MAX_DOCUMENT_BYTES:
            raise forms.ValidationError(f"The file is larger than {MAX_DOCUMENT_BYTES // MEBIBYTE} MiB.")
        try:
            return parse_json(file.read(), name="file")
        except ApiError as error:
            raise forms.ValidationError(error_text(error)) from None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.errors:
            body = {"format": cleaned["format"], "document": cleaned["file"]}
            request = ImportFindingsRequestSerializer(data=body)
            self.validated = validated_data(self, request, {"document": "file"})
        return cleaned


class ImportPages(BulkActions):
    actions_list = ("import_report",)

    def has_import_permission(self, request: HttpRequest) -> bool:
        return self.has_add_permission(request)

    @action(description="Import a report", url_path="import", permissions=["import"])
    def import_report(self, request: HttpRequest) -> HttpResponse:
        """Show the form, and import the file that it sends."""
        projects = self._projects(request)
        only = projects[0] if len(projects) == 1 else None
        form = ImportForm(
            request.POST or None,
            request.FILES or None,
            projects=projects,
            initial={"project": chosen_project(request) or only},
        )
        if form.is_valid():
            try:
                return self._import(request, form)
            except ApiError as error:
                form.add_error("file", error_text(error))
        return self.page(
            request,
            "admin/findings/finding/import.html",
            title="Import a report",
            form=form,
            list_url=reverse("admin:findings_finding_changelist"),
        )

    def _import(self, request: HttpRequest, form: ImportForm) -> HttpResponse:
        project = form.cleaned_data["project"]
        result = bulk.import_document(project, **form.validated, by=staff_actor(request))
        counts = f"New findings: {result['created']:,}. Known findings: {result['updated']:,}."
        self.message_user(request, f"The report is imported. {counts}", messages.SUCCESS)
        url = reverse("admin:findings_finding_changelist")
        return HttpResponseRedirect(f"{url}?project__id__exact={project.pk}")

    def _projects(self, request: HttpRequest) -> Any:
        user = staff_of(request)
        found = Project.objects.visible_to(user).filter(archived_at=None).select_related("organization")
        if not user.is_superuser:
            may_add = [pk for pk in user.roles if user.has_perm("findings.add_finding", pk)]
            found = found.filter(organization__in=may_add)
            if not may_add:
                raise PermissionDenied
        return found.order_by("organization__name", "name", "pk")
