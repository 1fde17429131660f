"""What staff fill in about scans and findings; each form is judged by the API's own request."""

from typing import Any, ClassVar

from django import forms
from django.contrib.postgres.forms import SimpleArrayField
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from findings.models import Finding, Severity
from findings.serializers import CreateFindingRequestSerializer, UpdateFindingRequestSerializer
from krafter_audit.admin.forms import SerializerForm


class ReportFindingForm(SerializerForm):
    """A finding that a person reports."""

    serializer_class = CreateFindingRequestSerializer
    api_names: ClassVar = {"owner": "owner_id", "check_keys": "checks"}
    severity = forms.ChoiceField(
        choices=[("", "As the policy says"), *Severity.choices],
        required=False,
        widget=UnfoldAdminSelectWidget,
    )
    check_keys = SimpleArrayField(
        forms.CharField(max_length=100),
        label="Checks",
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text="The keys of the checks that verify it, separated by commas.",
    )

    class Meta:
        model = Finding
        fields = (
            "project", "domain", "title", "severity", "description", "owner", "affected_assets",
            "recommended_fix", "check_keys",
        )  # fmt: skip

    def submitted_names(self, cleaned: dict[str, Any]) -> list[str]:
        """The project is in the address, not in the body."""
        return [name for name in super().submitted_names(cleaned) if name != "project"]


class ChangeFindingForm(SerializerForm):
    """What a person may change about a finding."""

    serializer_class = UpdateFindingRequestSerializer

    class Meta:
        model = Finding
        fields = ("title", "severity", "description", "owner", "recommended_fix")
