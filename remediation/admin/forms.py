from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.forms.fields import InvalidJSONInput
from unfold.widgets import UnfoldAdminSelectWidget

from bulk_changes.admin.forms import SetValuesForm, owner_choices
from findings.models import Severity
from krafter_audit.admin.forms import ChangeForm, DateTimeInput, SerializerForm
from remediation.models import Policy, Task
from remediation.serializers import (
    CreateTaskRequestSerializer,
    ReplacePolicyRequestSerializer,
    UpdateTaskRequestSerializer,
)
from remediation.services.bulk import with_due_date
from remediation.services.policies import is_same_config
from remediation.sla.models import MAX_REASON_LENGTH
from remediation.sla.policy import MAX_EXTENSION_HOURS

LABELS = {"sla_due_at": "Due", "external_ticket_key": "Ticket", "pr_url": "Pull request"}


class CreateTaskForm(SerializerForm):
    serializer_class = CreateTaskRequestSerializer
    api_names: ClassVar = {"owner": "owner_id", "finding": "finding_id"}
    priority = forms.ChoiceField(
        choices=Severity.choices, initial=Severity.MEDIUM, required=False, widget=UnfoldAdminSelectWidget
    )

    class Meta:
        model = Task
        fields = ("finding", "title", "priority", "owner", "sla_due_at", "external_ticket_key", "pr_url")
        labels = LABELS
        help_texts: ClassVar = {"sla_due_at": "In your time zone. Default: set by the policy."}

    def context(self) -> dict[str, Any]:
        project = self.cleaned_data["finding"].project
        return {"organization": project.organization, "project": project}


class CreateTasksForm(forms.Form):
    def __init__(self, data: Any = None, *, organization_id: UUID) -> None:
        super().__init__(data)
        choices = [("", "No owner"), *owner_choices([organization_id])]
        self.fields["owner"] = forms.ChoiceField(
            choices=choices, required=False, widget=UnfoldAdminSelectWidget
        )

    def clean_owner(self) -> UUID | None:
        owner: str = self.cleaned_data["owner"]
        return UUID(owner) if owner else None


class ChangeTaskForm(ChangeForm):
    serializer_class = UpdateTaskRequestSerializer

    class Meta:
        model = Task
        fields = ("title", "priority", "owner", "sla_due_at", "external_ticket_key", "pr_url")
        labels = LABELS
        help_texts: ClassVar = {"sla_due_at": "In your time zone. Empty: no due date."}


class SetTaskValuesForm(SetValuesForm):
    field_choices: ClassVar = {
        "status": [choice for choice in Task.Status.choices if choice[0] != Task.Status.DONE],
        "priority": list(Severity.choices),
    }
    sla_due_at = forms.DateTimeField(
        label="Due", required=False, widget=DateTimeInput, help_text="In your time zone. Empty: keep."
    )

    @property
    def changes(self) -> dict[str, Any]:
        due_at = self.cleaned_data["sla_due_at"]
        return {**super().changes, **(with_due_date({"sla_due_at": due_at}) if due_at else {})}


REASON_INPUT = forms.Textarea({"class": "k-input", "rows": 4})  # each form has its copy


class ReasonForm(forms.Form):
    reason = forms.CharField(max_length=2000, widget=REASON_INPUT)


class ExtendDueDateForm(forms.Form):
    hours = forms.IntegerField(
        min_value=1, max_value=MAX_EXTENSION_HOURS, widget=forms.NumberInput({"class": "k-input"})
    )
    reason = forms.CharField(max_length=MAX_REASON_LENGTH, widget=REASON_INPUT)


class PolicyForm(SerializerForm):
    """The policy as JSON; `entered` is a refused name and text, which the form shows again."""

    serializer_class = ReplacePolicyRequestSerializer
    entered: ClassVar[tuple[str, str] | None] = None

    class Meta:
        model = Policy
        fields = ("name", "config")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.entered:
            name, text = self.entered
            self.initial = {**self.initial, "name": name, "config": InvalidJSONInput(text)}

    def submitted_names(self, cleaned: dict[str, Any]) -> list[str]:
        same_config = is_same_config(self.initial["config"], cleaned.get("config"))
        unchanged = self.initial["name"] == cleaned.get("name") and same_config
        return [] if unchanged else ["name", "config"]
