"""Admin forms of scans and sites, validated by the request serializers of the API."""

from django import forms
from unfold.widgets import UnfoldAdminTextInputWidget

from krafter_audit.admin.forms import SerializerForm
from krafter_audit.http.urls import MAX_STORED_LENGTH
from scans.models import Scan, Site
from scans.serializers import RunScanRequestSerializer
from scans.sites.serializers import CreateSiteRequestSerializer


class ScanForm(SerializerForm):
    serializer_class = RunScanRequestSerializer
    url = forms.CharField(
        label="URL",
        required=False,
        max_length=MAX_STORED_LENGTH,
        widget=UnfoldAdminTextInputWidget,
        help_text="Default: the project's site.",
    )

    class Meta:
        model = Scan
        fields = ("project", "url")


class SiteForm(SerializerForm):
    serializer_class = CreateSiteRequestSerializer
    host = forms.CharField(
        max_length=MAX_STORED_LENGTH,
        widget=UnfoldAdminTextInputWidget,
        help_text="Such as shop.example.com, or a URL with this host.",
    )

    class Meta:
        model = Site
        fields = ("project", "host")

    def validate_unique(self) -> None:
        """Accept a host that is registered: the service returns its site."""
