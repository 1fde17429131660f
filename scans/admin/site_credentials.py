"""Admin page of site credentials. It sets and deletes them, and never shows them."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.widgets import UnfoldAdminPasswordWidget, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from accounts.admin.actor import staff_actor
from krafter_audit.admin.actions import row_action
from krafter_audit.admin.archived_projects import OPERATE_ON_ARCHIVED
from krafter_audit.admin.base import AutocompleteFilter, ServiceModelAdmin, copy_row
from krafter_audit.admin.forms import ServiceForm, validated_data
from scans.models import SiteCredentials
from scans.site_credentials import services
from scans.site_credentials.serializers import PutSiteCredentialsRequestSerializer

HEADERS_HELP_TEXT = "One per line, such as X-Staging-Key: abc123."
COOKIES_HELP_TEXT = "One per line, such as session=abc123."


class SiteCredentialsForm(ServiceForm):
    """Replaces the credentials of a project's site. They are not shown again."""

    origin = forms.CharField(
        max_length=300, widget=UnfoldAdminTextInputWidget, help_text="Such as https://staging.example.com."
    )
    headers = forms.CharField(required=False, widget=UnfoldAdminTextareaWidget, help_text=HEADERS_HELP_TEXT)
    cookies = forms.CharField(required=False, widget=UnfoldAdminTextareaWidget, help_text=COOKIES_HELP_TEXT)
    username = forms.CharField(
        label="User name",
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text="For HTTP Basic authentication.",
    )
    password = forms.CharField(required=False, widget=UnfoldAdminPasswordWidget)
    selector = forms.CharField(
        required=False,
        max_length=500,
        widget=UnfoldAdminTextInputWidget,
        help_text="CSS selector of an element that is only on pages for logged-in users.",
    )
    text = forms.CharField(
        required=False,
        max_length=500,
        widget=UnfoldAdminTextInputWidget,
        help_text="Text that is only on pages for logged-in users.",
    )

    class Meta:
        model = SiteCredentials
        fields = ("project", "origin", "headers", "cookies", "username", "password", "selector", "text")

    def clean_headers(self) -> dict[str, str]:
        return _pairs(self.cleaned_data["headers"], ":", HEADERS_HELP_TEXT)

    def clean_cookies(self) -> dict[str, str]:
        return _pairs(self.cleaned_data["cookies"], "=", COOKIES_HELP_TEXT)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not self.errors:
            # The API's validation, so that both accept the same.
            request = PutSiteCredentialsRequestSerializer(data=self._body(cleaned))
            self.validated = validated_data(self, request)
        return cleaned

    def validate_unique(self) -> None:
        """Accept a project that has credentials: they are replaced."""

    def validate_constraints(self) -> None:
        """Leave them to the serializer, whose errors are sentences beside their fields."""

    def _body(self, cleaned: dict[str, Any]) -> dict[str, Any]:
        body: dict[str, Any] = {"origin": cleaned.get("origin", "")}
        body |= {name: cleaned[name] for name in ("headers", "cookies") if cleaned.get(name)}
        if cleaned.get("username") or cleaned.get("password"):
            body["basic"] = {"username": cleaned.get("username", ""), "password": cleaned.get("password", "")}
        marker = {name: cleaned[name] for name in ("selector", "text") if cleaned.get(name)}
        return body | ({"logged_in": marker} if marker else {})


def _pairs(text: str, mark: str, expected: str) -> dict[str, str]:
    """Return the names and values of lines. Raises ValidationError for a line without the mark."""
    lines = [line.partition(mark) for line in text.splitlines() if line.strip()]
    if not all(found for _, found, _ in lines):
        raise forms.ValidationError(expected)
    return {name.strip(): value.strip() for name, _, value in lines}


@admin.register(SiteCredentials)
class SiteCredentialsAdmin(ServiceModelAdmin):
    """Credentials for scanning sites behind a login. Adding them again for a project replaces them."""

    form = SiteCredentialsForm
    list_display = ("origin", "project", "kinds_set", "updated_at")
    list_filter = (("project", AutocompleteFilter),)
    list_select_related = ("project__organization",)
    search_fields = ("^origin", "project__name", "^project__slug")
    autocomplete_fields = ("project",)
    actions: ClassVar[list[str]] = ["delete_credentials"]
    tones: ClassVar = {"delete_credentials": "danger"}

    def get_queryset(self, request: HttpRequest) -> QuerySet[SiteCredentials]:
        # The encrypted credentials have no use in the admin.
        return super().get_queryset(request).defer("credentials")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        shown = ("project", "origin", "kinds_set", "selector", "text", "created_at", "updated_at")
        return shown if obj else SiteCredentialsForm.Meta.fields

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description="credentials")
    def kinds_set(self, row: SiteCredentials) -> str:
        return ", ".join(row.kinds)

    def save_model(self, request: HttpRequest, obj: SiteCredentials, form: Any, change: bool) -> None:
        row = services.set_credentials(obj.project, **form.validated, by=staff_actor(request))
        copy_row(row, to=obj)

    def message_user(self, request: HttpRequest, message: Any, *args: Any, **options: Any) -> None:
        # Django's messages are in the singular.
        super().message_user(request, message.replace("” was added", "” were added"), *args, **options)

    @row_action(
        "Delete",
        permission=OPERATE_ON_ARCHIVED,
        consequence="The credentials are deleted. Pages behind the login are no longer scanned.",
    )
    def delete_credentials(self, request: HttpRequest, row: SiteCredentials) -> str:
        services.delete_credentials(row.project, by=staff_actor(request))
        return "deleted."
