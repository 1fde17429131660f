"""Admin forms of findings, validated by the request serializers of the API."""

from typing import Any, ClassVar

from django import forms
from django.contrib.postgres.forms import SimpleArrayField
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from findings.models import Finding, Severity
from findings.serializers import CreateFindingRequestSerializer, UpdateFindingRequestSerializer
from krafter_audit.admin.forms import SerializerForm


class ReportFindingForm(SerializerForm):
    """Reports a finding."""

    serializer_class = CreateFindingRequestSerializer
    api_names: ClassVar = {"owner": "owner_id", "check_keys": "checks"}
    severity = forms.ChoiceField(
        choices=[("", "Set by the policy"), *Severity.choices],
        required=False,
        widget=UnfoldAdminSelectWidget,
    )
    check_keys = SimpleArrayField(
        forms.CharField(max_length=100),
        label="Checks",
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text="Comma-separated keys of the checks that verify the finding.",
    )

    class Meta:
        model = Finding
        fields = (
            "project", "domain", "title", "severity", "description", "owner", "affected_assets",
            "recommended_fix", "check_keys",
        )  # fmt: skip

    def submitted_names(self, cleaned: dict[str, Any]) -> list[str]:
        return [name for name in super().submitted_names(cleaned) if name != "project"]


class ChangeFindingForm(SerializerForm):
    """Changes a finding."""

    serializer_class = UpdateFindingRequestSerializer

    class Meta:
        model = Finding
        fields = ("title", "severity", "description", "owner", "recommended_fix")
