"""The access to sites behind a login in the admin: it is set and wiped here, and shown nowhere."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.widgets import UnfoldAdminPasswordWidget, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from accounts.admin import operator
from krafter_audit.admin.base import AutocompleteFilter, ServiceModelAdmin
from krafter_audit.admin.forms import ServiceForm, flatten_errors
from scans.models import SiteCredentials
from scans.site_credentials import services
from scans.site_credentials.serializers import PutSiteCredentialsRequestSerializer

LINES = "One a line, as in {}."


class AccessForm(ServiceForm):
    """What lets into a project's site; it replaces what was set before. What is typed here is not shown again."""

    origin = forms.CharField(
        max_length=300, widget=UnfoldAdminTextInputWidget, help_text="As in https://staging.example.com."
    )
    headers = forms.CharField(
        required=False, widget=UnfoldAdminTextareaWidget, help_text=LINES.format("X-Staging-Key: abc123")
    )
    cookies = forms.CharField(
        required=False, widget=UnfoldAdminTextareaWidget, help_text=LINES.format("session=abc123")
    )
    username = forms.CharField(
        label="User name", required=False, widget=UnfoldAdminTextInputWidget, help_text="Of a Basic login."
    )
    password = forms.CharField(required=False, widget=UnfoldAdminPasswordWidget)
    selector = forms.CharField(
        required=False,
        max_length=500,
        widget=UnfoldAdminTextInputWidget,
        help_text="A CSS selector of an element that a page has where it let us in.",
    )
    text = forms.CharField(
        required=False, max_length=500, widget=UnfoldAdminTextInputWidget, help_text="A text of such a page."
    )

    class Meta:
        model = SiteCredentials
        fields = ("project", "origin", "headers", "cookies", "username", "password", "selector", "text")

    def clean(self) -> dict[str, Any]:
        """Let the API's own request judge it."""
        cleaned = super().clean()
        request = PutSiteCredentialsRequestSerializer(data=self._body(cleaned))
        self.validated: dict[str, Any] = {}
        if request.is_valid():
            self.validated = dict(request.validated_data)
        else:
            for name, complaint in dict(request.errors).items():
                self.add_error(name if name in self.fields else None, flatten_errors(complaint))
        return cleaned

    def validate_unique(self) -> None:
        """What a project had is replaced."""

    def _body(self, cleaned: dict[str, Any]) -> dict[str, Any]:
        body: dict[str, Any] = {"origin": cleaned.get("origin", "")}
        body |= {
            name: _pairs(cleaned[name], mark)
            for name, mark in (("headers", ":"), ("cookies", "="))
            if cleaned.get(name)
        }
        if cleaned.get("username") or cleaned.get("password"):
            body["basic"] = {"username": cleaned.get("username", ""), "password": cleaned.get("password", "")}
        marker = {name: cleaned[name] for name in ("selector", "text") if cleaned.get(name)}
        return body | ({"logged_in": marker} if marker else {})


def _pairs(text: str, mark: str) -> dict[str, str]:
    lines = (line.partition(mark) for line in text.splitlines() if line.strip())
    return {name.strip(): value.strip() for name, _, value in lines}


@admin.register(SiteCredentials)
class SiteCredentialsAdmin(ServiceModelAdmin):
    """What lets looks into sites behind a login. Adding it for a project again replaces it."""

    form = AccessForm
    list_display = ("origin", "project", "set", "updated_at")
    list_filter = (("project", AutocompleteFilter),)
    list_select_related = ("project",)
    search_fields = ("^origin", "^project__slug")
    autocomplete_fields = ("project",)
    actions: ClassVar[list[str]] = ["wipe"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[SiteCredentials]:
        """Leave what is sealed where it is."""
        return super().get_queryset(request).defer("credentials")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Ask all, show little."""
        shown = ("project", "origin", "set", "selector", "text", "created_at", "updated_at")
        return shown if obj else AccessForm.Meta.fields

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """What is set is read as far as it is shown."""
        return self.get_fields(request, obj) if obj else ()

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """It is replaced whole."""
        return False

    @admin.display(description="what is set")
    def set(self, row: SiteCredentials) -> str:
        """Name the kinds."""
        return ", ".join(row.kinds)

    def save_model(self, request: HttpRequest, obj: SiteCredentials, form: Any, change: bool) -> None:
        """Seal and keep it."""
        asked = dict(form.validated)
        origin, marker = asked.pop("origin"), asked.pop("logged_in", {})
        row = services.set_credentials(
            obj.project, origin=origin, credentials=asked, **marker, by=operator(request)
        )
        obj.__dict__.update(row.__dict__)

    @admin.action(description="Forget it", permissions=["operate"])
    def wipe(self, request: HttpRequest, queryset: QuerySet[SiteCredentials]) -> None:
        """Wipe each."""

        def wipe(row: SiteCredentials) -> str:
            services.delete_credentials(row.project, by=operator(request))
            return "forgotten."

        self.run_for_each(request, queryset, wipe)
