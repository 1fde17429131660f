"""Forms of the admin about scans; each is validated by the API's own request serializer."""

from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminTextInputWidget

from krafter_audit.admin.forms import AskedForm
from scans.models import Scan
from scans.serializers import RunScan


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
