from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as BaseGroupAdmin
from django.contrib.auth.admin import UserAdmin as BaseUserAdmin
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.formats import date_format
from django.utils.html import format_html
from unfold.admin import ModelAdmin, StackedInline
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from accounts import services
from accounts.admin_actor import operator
from accounts.api_key_admin import ApiKeyAdmin as ApiKeyAdmin
from accounts.invitations.admin import MembershipAdmin as MembershipAdmin
from accounts.models import Membership, Organization, Project, QuotaMonth, User
from accounts.sign_in import notices
from krafter_audit.admin.actions import row_action
from krafter_audit.admin.archived_projects import OPERATE_ON_ARCHIVED
from krafter_audit.admin.autocomplete import AutocompleteFieldsMixin
from krafter_audit.admin.base import AutocompleteFilter, ReadOnlyAdmin, ServiceModelAdmin, copy_row, staff_of
from krafter_audit.admin.forms import ServiceForm
from krafter_audit.admin.text import grouped

ARCHIVING = (
    "The project can only be read until it is restored. Scheduled scans and syncs do not start. Links of reports stay"
    " valid until they are revoked."
)

admin.site.unregister(Group)
# The pages of the sign-in show these to their user alone (accounts/sign_in/urls.py).
for app in apps.get_app_configs():
    if app.name.startswith("allauth."):
        admin.site.unregister([model for model in app.get_models() if admin.site.is_registered(model)])


@admin.register(Group)
class GroupAdmin(BaseGroupAdmin, ModelAdmin):
    """Permission groups of staff, for superusers alone: a group can have any permission."""

    filter_horizontal: ClassVar[tuple[str, ...]] = ()

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_superuser)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_superuser)

    has_change_permission = has_delete_permission = has_view_permission

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_superuser)


class MemberForm(forms.ModelForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The keys and the audit log of a member are those of the user.
        self.fields["user"].disabled = not self.instance._state.adding


class MembershipInline(AutocompleteFieldsMixin, StackedInline):
    model = Membership
    form = MemberForm
    extra = 0
    fields = ("user", "role")
    autocomplete_fields = ("user",)


@admin.register(Organization)
class OrganizationAdmin(ServiceModelAdmin):
    organization_path, project_path = "pk", ""
    list_display = ("name", "quota", "created_at")
    search_fields = ("name",)
    form = ServiceForm
    fields = ("name", "ai_quota")
    inlines = (MembershipInline,)

    def save_model(self, request: HttpRequest, obj: Organization, form: Any, change: bool) -> None:
        values, by = {name: form.cleaned_data[name] for name in form.changed_data}, operator(request)
        if change:
            row = services.update_organization(obj, changes=values, by=by)
        else:
            row = services.create_organization(obj.name, ai_quota=obj.ai_quota, by=by)
        copy_row(row, to=obj)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        by = operator(request)
        formset.save(commit=False)
        for member in (*formset.new_objects, *(row for row, _ in formset.changed_objects)):
            services.set_member(form.instance, member.user, role=member.role, by=by)
        for member in formset.deleted_objects:
            services.delete_membership(member, by=by)

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        # Superusers set up an organisation; its owners and admins use the page of members.
        return self.inlines if request.user.is_superuser else ()

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        # The installation's operator sets how much an organisation may use.
        return () if request.user.is_superuser else ("ai_quota",)

    @admin.display(description="quota", ordering="ai_quota")
    def quota(self, row: Organization) -> str:
        return "no limit" if row.ai_quota is None else f"{grouped(row.ai_quota)} units a month"


class NewUserForm(UserCreationForm):
    class Meta:
        model = User
        fields = ("email", "name")

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()


class UserForm(UserChangeForm):
    class Meta:
        model = User
        fields = "__all__"
        field_classes: ClassVar[dict[str, type]] = {}

    def clean_email(self) -> str:
        return str(self.cleaned_data.get("email", self.instance.email)).lower()


@admin.register(User)
class UserAdmin(ServiceModelAdmin, BaseUserAdmin):  # type: ignore[misc]  # the stubs know one paginator and one action
    """Users are deactivated, not deleted: the audit log stays complete."""

    form, add_form, change_password_form = UserForm, NewUserForm, AdminPasswordChangeForm
    list_display = ("email", "name", "is_active", "is_staff", "last_login", "created_at")
    list_filter = ("is_active", "is_staff")
    search_fields = ("^email", "^name")
    ordering = ("email",)
    filter_horizontal: ClassVar[tuple[str, ...]] = ()
    fieldsets = (
        (None, {"fields": ("email", "name", "password_page")}),
        ("Permissions", {"fields": ("is_active", "is_staff", "is_superuser", "groups")}),
        ("Important dates", {"fields": ("last_login", "created_at")}),
    )
    project_path = ""
    add_fieldsets = ((None, {"fields": ("email", "name", "usable_password", "password1", "password2")}),)
    readonly_fields = ("password_page", "last_login", "created_at")

    def filter_by_organizations(self, rows: QuerySet[Any], organization_ids: list[UUID]) -> QuerySet[Any]:
        members = Membership.objects.filter(organization__in=organization_ids)
        return rows.filter(pk__in=members.values("user"))

    def role_allows(self, request: HttpRequest, verb: str, row: User) -> bool:
        if request.user.is_superuser:
            return True
        # A change of a user applies to all of their organisations.
        user, permission = staff_of(request), f"accounts.{verb}_user"
        return all(
            user.has_perm(permission, organization)
            and (role != Membership.Role.OWNER or verb == "view" or user.roles[organization] == role)
            for organization, role in row.roles.items()
        )

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        response = super().user_change_password(request, id, form_url)
        if request.method == "POST" and response.status_code == 302:
            notices.request_mail("password.changed", User.objects.get(pk=id))
        return response

    @admin.display(description="password")
    def password_page(self, user: User) -> str:
        return format_html('<a class="text-primary-600" href="{}">Set password</a>', "../password/")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # Otherwise staff could extend their own permissions, or set the password of a superuser.
        allowed = super().has_change_permission(request, obj)
        return allowed and (obj is None or not obj.is_staff or request.user.is_superuser)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        restricted = () if request.user.is_superuser else ("is_staff", "is_superuser", "groups")
        return (*self.readonly_fields, *restricted)


@admin.register(Project)
class ProjectAdmin(ServiceModelAdmin):
    organization_path, project_path = "organization", "pk"
    list_display = ("slug", "name", "organization", "site_url", "created_at", "archived_at")
    list_filter: ClassVar[Any] = (
        ("archived_at", admin.EmptyFieldListFilter),
        ("organization", AutocompleteFilter),
    )
    list_select_related = ("organization",)
    search_fields = ("^slug", "^name", "^organization__name")
    autocomplete_fields = ("organization",)
    form = ServiceForm
    fields = ("organization", "slug", "name", "site_url")
    actions: ClassVar[list[Any]] = ["archive", "restore"]  # higher apps add theirs

    def save_model(self, request: HttpRequest, obj: Project, form: Any, change: bool) -> None:
        values, by = {name: form.cleaned_data[name] for name in form.changed_data}, operator(request)
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

    @row_action("Archive", consequence=ARCHIVING)
    def archive(self, request: HttpRequest, row: Project) -> str:
        services.update_project(row, changes={"archived": True}, by=operator(request))
        return "archived."

    @row_action("Restore", permission=OPERATE_ON_ARCHIVED)
    def restore(self, request: HttpRequest, row: Project) -> str:
        services.update_project(row, changes={"archived": False}, by=operator(request))
        return "restored."


@admin.register(QuotaMonth)
class QuotaMonthAdmin(ReadOnlyAdmin):
    organization_path, project_path = "organization", ""
    list_display = fields = ("organization", "month_name", "units")
    readonly_fields = ("month_name", "units")
    list_filter = (("organization", AutocompleteFilter),)
    list_select_related = ("organization",)

    @admin.display(description="month")
    def month_name(self, row: QuotaMonth) -> str:
        return date_format(row.month, "F Y")

    @admin.display(description="units used")
    def units(self, row: QuotaMonth) -> str:
        return grouped(row.spent)
