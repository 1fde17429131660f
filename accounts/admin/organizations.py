from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.functional import cached_property
from rest_framework.exceptions import ValidationError
from unfold.admin import StackedInline
from unfold.widgets import UnfoldAdminSelectWidget

from accounts import services
from accounts.admin.actor import staff_actor
from accounts.admin.api_keys import role_change_warnings
from accounts.invitations.services import request_notice
from accounts.models import Membership, Organization, Project, QuotaMonth
from accounts.serializers import SiteURLField
from krafter_audit.admin.actions import row_action
from krafter_audit.admin.archived_projects import OPERATE_ON_ARCHIVED
from krafter_audit.admin.autocomplete import AutocompleteFieldsMixin
from krafter_audit.admin.base import AutocompleteFilter, ReadOnlyAdmin, ServiceModelAdmin, copy_row
from krafter_audit.admin.forms import ServiceForm, flatten_errors
from krafter_audit.admin.text import grouped
from krafter_audit.http.urls import USE_WEB_URL

ARCHIVE_CONSEQUENCE = (
    "The project can only be read until it is restored. Scheduled scans and syncs do not start. Links of reports stay"
    " valid until they are revoked."
)


class MemberForm(forms.ModelForm):
    """The form of a member; `role_warnings` by the ids of users, as `role_change_warnings` returns them."""

    def __init__(self, *args: Any, role_warnings: Mapping[UUID, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance._state.adding:
            return
        # The keys and the audit log of a member are those of the user.
        user: Any = self.fields["user"]
        user.disabled = True
        # Its widget would read the user's row twice for each member.
        user.widget.widget = UnfoldAdminSelectWidget()
        user.widget.choices = [(self.instance.user_id, self.instance.user)]
        self.fields["role"].help_text = role_warnings[self.instance.user_id]


class MemberFormSet(forms.models.BaseInlineFormSet):
    @cached_property
    def role_warnings(self) -> Mapping[UUID, str]:
        return role_change_warnings(self.instance.pk, list(self.get_queryset()))

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        return {**super().get_form_kwargs(index), "role_warnings": self.role_warnings}


class MembershipInline(AutocompleteFieldsMixin, StackedInline):
    model = Membership
    form, formset = MemberForm, MemberFormSet
    extra = 0
    fields = ("user", "role")
    autocomplete_fields = ("user",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Membership]:
        return super().get_queryset(request).select_related("user")


@admin.register(Organization)
class OrganizationAdmin(ServiceModelAdmin):
    organization_path, project_path = "pk", ""
    list_display = ("name", "quota", "created_at")
    search_fields = ("name",)
    form = ServiceForm
    fields = ("name", "ai_quota")
    inlines = (MembershipInline,)

    def save_model(self, request: HttpRequest, obj: Organization, form: Any, change: bool) -> None:
        values, by = {name: form.cleaned_data[name] for name in form.changed_data}, staff_actor(request)
        if change:
            row = services.update_organization(obj, changes=values, by=by)
        else:
            row = services.create_organization(obj.name, ai_quota=obj.ai_quota, by=by)
        copy_row(row, to=obj)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        by = staff_actor(request)
        formset.save(commit=False)
        given = [*formset.new_objects, *(row for row, _ in formset.changed_objects)]
        # New owners first: the last one can give up the role in the same form.
        given.sort(key=lambda row: row.role != Membership.Role.OWNER)
        members = [services.set_member(form.instance, row.user, role=row.role, by=by) for row in given]
        for member in formset.deleted_objects:
            services.remove_member(member, by=by)
        added = {row.user_id for row in formset.new_objects}
        # Last: the lock of its limits is not held while other rows of members are locked.
        for member in members:
            if member.user_id in added:
                request_notice(member, by=by)

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        # Superusers set up an organisation; its owners and admins use the page of members.
        return self.inlines if request.user.is_superuser else ()

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        # The installation's operator sets how much an organisation may use.
        return () if request.user.is_superuser else ("ai_quota",)

    @admin.display(description="quota", ordering="ai_quota")
    def quota(self, row: Organization) -> str:
        return "no limit" if row.ai_quota is None else f"{grouped(row.ai_quota)} units a month"


class ProjectForm(ServiceForm):
    class Meta:
        model = Project
        fields = ("organization", "name", "slug", "site_url")
        help_texts: ClassVar = {
            "slug": "The project's id in URLs of the API.",
            "site_url": "The website to audit, such as https://example.com.",
        }
        error_messages: ClassVar = {"site_url": {"invalid": USE_WEB_URL}}

    def clean_site_url(self) -> str:
        url: str = self.cleaned_data["site_url"]
        if "site_url" not in self.changed_data:
            return url
        try:
            SiteURLField().run_validation(url)
        except ValidationError as error:
            raise forms.ValidationError(flatten_errors(error.detail)) from None
        return url


@admin.register(Project)
class ProjectAdmin(ServiceModelAdmin):
    organization_path, project_path = "organization", "pk"
    list_display = ("name", "slug", "organization", "site_url", "created_at", "archived_at")
    list_filter: ClassVar[Any] = (
        ("archived_at", admin.EmptyFieldListFilter),
        ("organization", AutocompleteFilter),
    )
    list_select_related = ("organization",)
    search_fields = ("^slug", "^name", "^organization__name")
    autocomplete_fields = ("organization",)
    form, fields = ProjectForm, ProjectForm.Meta.fields
    prepopulated_fields: ClassVar = {"slug": ("name",)}
    actions: ClassVar[list[Any]] = ["archive", "restore"]  # higher apps add theirs

    def save_model(self, request: HttpRequest, obj: Project, form: Any, change: bool) -> None:
        values, by = {name: form.cleaned_data[name] for name in form.changed_data}, staff_actor(request)
        if change:
            row = services.update_project(obj, changes=values, by=by)
        else:
            row = services.create_project(
                obj.organization, slug=obj.slug, site_url=obj.site_url, name=obj.name, by=by
            )
        copy_row(row, to=obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("organization",) if obj else ()  # the secrets and counters of a project are bound to it

    def refusals(self, request: HttpRequest, row: Project) -> dict[str, str]:
        return {} if row.archived_at else {"restore": "The project is not archived."}

    @row_action("Archive", consequence=ARCHIVE_CONSEQUENCE)
    def archive(self, request: HttpRequest, row: Project) -> str:
        services.update_project(row, changes={"archived": True}, by=staff_actor(request))
        return "archived."

    @row_action("Restore", permission=OPERATE_ON_ARCHIVED)
    def restore(self, request: HttpRequest, row: Project) -> str:
        services.update_project(row, changes={"archived": False}, by=staff_actor(request))
        return "restored."


@admin.register(QuotaMonth)
class QuotaMonthAdmin(ReadOnlyAdmin):
    organization_path, project_path = "organization", ""
    empty_text = "The units that an organisation uses are counted here by month."
    list_display = fields = ("organization", "month_name", "units")
    list_filter = (("organization", AutocompleteFilter),)
    list_select_related = ("organization",)

    @admin.display(description="month")
    def month_name(self, row: QuotaMonth) -> str:
        return date_format(row.month, "F Y")

    @admin.display(description="units used")
    def units(self, row: QuotaMonth) -> str:
        return grouped(row.spent)
