"""What staff fill in about tasks, verdicts and policies; each form is judged by the API's own request."""

import json
from typing import Any, ClassVar

from django import forms
from unfold.widgets import UnfoldAdminSelectWidget

from findings.models import Severity
from krafter_audit.admin.forms import SerializerForm
from remediation.models import Policy, Task
from remediation.serializers import (
    CreateTaskRequestSerializer,
    ReplacePolicyRequestSerializer,
    UpdateTaskRequestSerializer,
)

LABELS = {"sla_due_at": "SLA due at", "external_ticket_key": "Ticket", "pr_url": "Pull request"}


class CreateTaskForm(SerializerForm):
    """A task for a finding; its project is the finding's."""

    serializer_class = CreateTaskRequestSerializer
    api_names: ClassVar = {"owner": "owner_id", "finding": "finding_id"}
    priority = forms.ChoiceField(
        choices=Severity.choices, initial=Severity.MEDIUM, required=False, widget=UnfoldAdminSelectWidget
    )

    class Meta:
        model = Task
        fields = ("finding", "title", "priority", "owner", "sla_due_at", "external_ticket_key", "pr_url")
        labels = LABELS
        help_texts: ClassVar = {"sla_due_at": "Empty = as the policy says. UTC."}

    def context(self) -> dict[str, Any]:
        """Take the project from the finding."""
        project = self.cleaned_data["finding"].project
        return {"organization": project.organization, "project": project}


class ChangeTaskForm(SerializerForm):
    """What may change about a task; its status moves by the buttons."""

    serializer_class = UpdateTaskRequestSerializer

    class Meta:
        model = Task
        fields = ("title", "priority", "owner", "sla_due_at", "external_ticket_key", "pr_url")
        labels = LABELS
        help_texts: ClassVar = {"sla_due_at": "Empty = no SLA. UTC."}


class ReasonForm(forms.Form):
    """Why a fix is accepted although a check did not pass."""

    reason = forms.CharField(max_length=2000, widget=forms.Textarea)


class PolicyForm(SerializerForm):
    """The rules, replaced whole; the earlier version is kept."""

    serializer_class = ReplacePolicyRequestSerializer

    class Meta:
        model = Policy
        fields = ("name", "config")

    def submitted_names(self, cleaned: dict[str, Any]) -> list[str]:
        """Put both to the API: a policy is replaced whole, and the order of its keys is part of it."""
        was, now = self.initial, cleaned
        same = was["name"] == now.get("name") and json.dumps(was["config"]) == json.dumps(now.get("config"))
        return [] if same else ["name", "config"]
