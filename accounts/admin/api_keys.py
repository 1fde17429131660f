from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from unfold.decorators import display
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminSelect2MultipleWidget

from accounts import api_keys
from accounts.admin.actor import staff_actor
from accounts.api_keys import EXPIRES_IN_PAST
from accounts.models import ApiKey, Membership, Project, Scope, User
from accounts.roles import MANAGERS
from krafter_audit.admin.actions import MAX_LISTED, row_action
from krafter_audit.admin.base import AutocompleteFilter, ServiceModelAdmin, copy_row, staff_of
from krafter_audit.admin.forms import ServiceForm
from krafter_audit.admin.text import ago, grouped
from krafter_audit.displayed_times import time_element

DEFAULT_KEY_LIFETIME = timedelta(days=90)
MAX_PROJECTS = 500  # that the page of a key names
SCOPES: list[tuple[str, str]] = [
    (Scope.READ, "Read (audit:read)"),
    (Scope.WRITE, "Read and change (audit:write)"),
    (Scope.ALL, "Everything (*)"),
]
SCOPES_HELP = (
    "audit:read reads findings, tasks, verifications, reports and settings. audit:write also changes them, starts scans"
    " and approves verifications. * includes what later versions add."
)
REVOKE_CONSEQUENCE = "Programs that use the key are refused from now on. A revoked key cannot be restored."
STATE_COLOURS = {"Active": "success", "Expires soon": "warning", "Expired": "primary", "Revoked": "danger"}
EXPIRES_SOON_WITHIN = timedelta(days=7)  # before the expiry: the state is then “Expires soon”
OTHER_PROJECT = "The project {} belongs to another organisation."
REMOVAL_WARNING = "{} working at once: {}{}."
ROLE_CHANGE_WARNING = (
    "With the role Member or Viewer these API keys of the person stop working at once: {}{}."
)
FOR_YOURSELF = "You can issue keys for yourself only."


class ProjectsField(forms.ModelMultipleChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.organization.name}: {obj.name}"


class IssueKeyForm(ServiceForm):
    scopes = forms.MultipleChoiceField(
        choices=SCOPES,
        initial=[Scope.READ],
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=SCOPES_HELP,
    )
    projects = ProjectsField(
        Project.objects.none(),
        required=False,
        widget=UnfoldAdminSelect2MultipleWidget,
        help_text="Empty: every project of the organisation, also later ones.",
    )
    issuer: ClassVar[User]  # set by the page

    class Meta:
        model = ApiKey
        fields = ("organization", "user", "name", "scopes", "expires_at", "rate_limit")
        labels: ClassVar = {
            "organization": "Organisation",
            "user": "Acts as",
            "expires_at": "Expires",
            "rate_limit": "Requests per minute",
        }
        help_texts: ClassVar = {
            "user": "Changes by the key are logged with this name.",
            "name": "The purpose of the key, such as “Deploys of the shop”.",
            "expires_at": "In your time zone. Empty: never.",
            "rate_limit": "Empty: the limit of the organisation.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "projects" in self.fields:
            shown = (
                Project.objects.visible_to(self.issuer)
                .filter(archived_at=None)
                .select_related("organization")
            )
            field: Any = self.fields["projects"]
            field.queryset = shown.order_by("organization__name", "name")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        organization = cleaned.get("organization")
        expires_at = cleaned.get("expires_at")
        if expires_at and expires_at <= timezone.now():
            self.add_error("expires_at", EXPIRES_IN_PAST)
        for project in cleaned.get("projects") or ():
            if organization and project.organization_id != organization.pk:
                self.add_error("projects", OTHER_PROJECT.format(project.name))
        return cleaned


@admin.register(ApiKey)
class ApiKeyAdmin(ServiceModelAdmin):
    organization_path, project_path = "organization", ""
    form = IssueKeyForm
    list_display = (
        "name", "key_prefix", "state", "organization", "user", "scope_list", "last_used", "expires",
    )  # fmt: skip
    list_filter: ClassVar = [
        ("organization", AutocompleteFilter),
        ("revoked_at", admin.EmptyFieldListFilter),
    ]
    list_select_related = ("organization", "user", "issued_by")
    search_fields = ("^name", "^key_prefix", "^user__email")
    autocomplete_fields = ("organization", "user")
    actions: ClassVar[list[str]] = ["revoke"]
    tones: ClassVar = {"revoke": "danger"}

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        form.issuer = request.user
        return form

    def get_autocomplete_fields(self, request: HttpRequest) -> tuple[str, ...]:
        return self.autocomplete_fields if request.user.is_superuser else ("organization",)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "user" and not request.user.is_superuser:
            # With the key of another member, one person could approve as two.
            kwargs |= {
                "queryset": User.objects.filter(pk=staff_of(request).pk),
                "initial": request.user.pk,
                "empty_label": None,
                "error_messages": {"invalid_choice": FOR_YOURSELF},
            }
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        if obj is None:
            return (*IssueKeyForm.Meta.fields[:4], "projects", "expires_at", "rate_limit")
        return (
            "organization", "user", "name", "key_prefix", "state", "scope_list", "project_list", "rate_limit",
            "expires", "last_used", "issued", "revoked",
        )  # fmt: skip

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return self.get_fields(request, obj) if obj else ()

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        user = staff_of(request)
        own = {"user": user.pk} if len(user.roles) == 1 else {}
        expires_at = (timezone.now() + DEFAULT_KEY_LIFETIME).replace(second=0, microsecond=0)
        return {**own, "expires_at": expires_at, **super().get_changeform_initial_data(request)}

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def refusals(self, request: HttpRequest, row: ApiKey) -> dict[str, str]:
        return {"revoke": "The key is revoked."} if row.revoked_at else {}

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        # These buttons would lead to another page than the one that shows the new key.
        context |= {"show_save_and_add_another": False, "show_save_and_continue": False}
        return super().render_change_form(request, context, *args, **kwargs)

    @display(description="state", label=STATE_COLOURS)
    def state(self, key: ApiKey) -> str:
        is_soon = key.expires_at and key.expires_at <= timezone.now() + EXPIRES_SOON_WITHIN
        return "Expires soon" if key.status == "active" and is_soon else key.status.capitalize()

    @admin.display(description="scopes")
    def scope_list(self, key: ApiKey) -> str:
        labels = dict(SCOPES)
        return ", ".join(labels.get(scope, scope) for scope in key.scopes)

    @admin.display(description="projects")
    def project_list(self, key: ApiKey) -> str:
        names = Project.objects.filter(pk__in=key.project_ids).order_by("name").values_list("name", flat=True)
        return ", ".join(names[:MAX_PROJECTS]) if key.project_ids else "all of the organisation"

    @admin.display(description="last use")
    def last_used(self, key: ApiKey) -> str:
        return ago(key.last_used_at) or "never"

    @admin.display(description="expires")
    def expires(self, key: ApiKey) -> str:
        return time_element(key.expires_at) or "never"

    @admin.display(description="issued")
    def issued(self, key: ApiKey) -> str:
        at = time_element(key.created_at)
        return format_html("{} by {}", at, key.issued_by) if key.issued_by else at

    @admin.display(description="revoked")
    def revoked(self, key: ApiKey) -> str:
        return time_element(key.revoked_at) or "no"

    def save_model(self, request: HttpRequest, obj: ApiKey, form: Any, change: bool) -> None:
        values = form.cleaned_data
        names = ("user", "name", "scopes", "expires_at", "projects", "rate_limit")
        row, key = api_keys.issue(
            values["organization"], **{name: values[name] for name in names}, by=staff_actor(request)
        )
        copy_row(row, to=obj)
        request.issued_key = key  # type: ignore[attr-defined]  # read by response_add

    def response_add(
        self, request: HttpRequest, obj: ApiKey, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Show the key, in this response only."""
        return self.page(
            request,
            "admin/secret.html",
            title="Key issued",
            label=f"API key “{obj.name}”",
            secret=request.issued_key,  # type: ignore[attr-defined]  # set by save_model
            note="Send it in the header Authorization: Bearer …",
            back=reverse("admin:accounts_apikey_change", args=[obj.pk]),
        )

    @row_action("Revoke", consequence=REVOKE_CONSEQUENCE)
    def revoke(self, request: HttpRequest, row: ApiKey) -> str:
        api_keys.revoke(row, by=staff_actor(request))
        return "revoked."


def role_change_warning(membership: Membership) -> str:
    """Return as HTML which keys of an owner or admin stop working with another role; empty if none would."""
    return role_change_warnings(membership.organization_id, [membership])[membership.user_id]


def role_change_warnings(organization_id: UUID, memberships: Sequence[Membership]) -> dict[UUID, str]:
    """Return `role_change_warning` of members of one organisation, by the ids of their users."""
    keys: dict[UUID, list[ApiKey]] = {membership.user_id: [] for membership in memberships}
    managers = [membership.user_id for membership in memberships if membership.role in MANAGERS]
    if managers:
        for key in _active(api_keys.unrevoked_of(organization_id, managers, may_write=True)):
            keys[key.user_id].append(key)
    return {
        pk: format_html(ROLE_CHANGE_WARNING, *_names(found)) if found else "" for pk, found in keys.items()
    }


def removal_warning(membership: Membership) -> str:
    """Return as HTML which keys stop working when the member is removed or leaves; empty if none would."""
    keys = _active(api_keys.unrevoked(membership))
    if not keys:
        return ""
    number = "This API key stops" if len(keys) == 1 else f"These {grouped(len(keys))} API keys stop"
    return format_html(REMOVAL_WARNING, number, *_names(keys))


def _active(keys: Iterable[ApiKey]) -> list[ApiKey]:
    return [key for key in keys if key.status == "active"]


def _names(keys: Sequence[ApiKey]) -> tuple[str, str]:
    more = f" and {len(keys) - MAX_LISTED} more" if len(keys) > MAX_LISTED else ""
    return format_html_join(", ", "{}", ((key,) for key in keys[:MAX_LISTED])), more
