"""Forms of the admin about scans; each is validated by the API's own request serializer."""

from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminTextInputWidget

from krafter_audit.admin.forms import SerializerForm
from scans.models import Scan
from scans.serializers import RunScanRequestSerializer


class ScanForm(SerializerForm):
    """Which site, and which address of it."""

    serializer_class = RunScanRequestSerializer
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

    def submitted_names(self, cleaned: dict[str, Any]) -> list[str]:
        """The project is in the address, not in the body."""
        return [name for name in super().submitted_names(cleaned) if name != "project"]
