"""What staff fill in about scans and findings; each form is judged by the API's own request."""

from typing import Any, ClassVar

from django import forms
from django.contrib.postgres.forms import SimpleArrayField
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from findings.models import Finding, Scan, Severity
from findings.scan_serializers import RunScan
from findings.serializers import ChangeFinding, ReportFinding
from krafter_audit.admin.forms import AskedForm


class ScanForm(AskedForm):
    """Which site, and which address of it."""

    asks = RunScan
    url = forms.CharField(
        label="URL",
        required=False,
        max_length=2000,
        widget=UnfoldAdminTextInputWidget,
        help_text="Empty = the project's own address.",
    )

    class Meta:
        model = Scan
        fields = ("project", "url")

    def told(self, cleaned: dict[str, Any]) -> list[str]:
        """The project is in the address, not in the body."""
        return [name for name in super().told(cleaned) if name != "project"]


class ReportFindingForm(AskedForm):
    """A finding that a person reports."""

    asks = ReportFinding
    names: ClassVar = {"owner": "owner_id", "check_keys": "checks"}
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

    def told(self, cleaned: dict[str, Any]) -> list[str]:
        """The project is in the address, not in the body."""
        return [name for name in super().told(cleaned) if name != "project"]


class ChangeFindingForm(AskedForm):
    """What a person may change about a finding."""

    asks = ChangeFinding

    class Meta:
        model = Finding
        fields = ("title", "severity", "description", "owner", "recommended_fix")
