"""Organisations, people, projects and keys in the admin."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin as BaseGroupAdmin
from django.contrib.auth.admin import UserAdmin as BaseUserAdmin
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from unfold.admin import ModelAdmin, TabularInline
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from accounts import api_keys
from accounts.actors import Actor
from accounts.models import ApiKey, Membership, Organization, Project, QuotaMonth, Scope, User
from krafter_audit.admin.base import AutocompleteFilter, ReadOnlyAdmin, ServiceModelAdmin
from krafter_audit.admin.forms import ServiceForm
from krafter_audit.api.middleware import request_id_of

admin.site.unregister(Group)


def operator(request: HttpRequest) -> Actor:
    """Name the person at the admin as the author of what they do there, member of an organisation or not."""
    return Actor("admin", request.user.pk, request_id_of(request))


@admin.register(Group)
class GroupAdmin(BaseGroupAdmin, ModelAdmin):
    """Sets of permissions for staff who may not do everything."""


class MembershipInline(TabularInline):
    """Who belongs to the organisation."""

    model = Membership
    extra = 0
    fields = ("user", "role")
    autocomplete_fields = ("user",)


@admin.register(Organization)
class OrganizationAdmin(ServiceModelAdmin):
    """Teams with their members and their quota."""

    list_display = ("name", "ai_quota", "created_at")
    search_fields = ("name",)
    fields = ("name", "ai_quota")
    inlines = (MembershipInline,)


class NewUserForm(UserCreationForm):
    """A person, with a password or without one."""

    class Meta:
        model = User
        fields = ("email", "name")

    def clean_email(self) -> str:
        """Addresses differ by more than their capitals."""
        return str(self.cleaned_data["email"]).lower()


class UserForm(UserChangeForm):
    """A person; the password is changed on a page of its own."""

    class Meta:
        model = User
        fields = "__all__"
        field_classes: ClassVar[dict[str, type]] = {}

    def clean_email(self) -> str:
        """Addresses differ by more than their capitals."""
        return str(self.cleaned_data.get("email", self.instance.email)).lower()


@admin.register(User)
class UserAdmin(ServiceModelAdmin, BaseUserAdmin):  # type: ignore[misc]  # the stubs know one paginator and one action
    """People. Who leaves is made inactive: what they did stays theirs."""

    form, add_form, change_password_form = UserForm, NewUserForm, AdminPasswordChangeForm
    list_display = ("email", "name", "is_active", "is_staff", "last_login", "created_at")
    list_filter = ("is_active", "is_staff")
    search_fields = ("^email", "^name")
    ordering = ("email",)  # type: ignore[misc]  # the stubs see a class variable in one base alone
    filter_horizontal = ("groups",)
    fieldsets = (
        (None, {"fields": ("email", "name", "password_page")}),
        ("What they may do", {"fields": ("is_active", "is_staff", "is_superuser", "groups")}),
        ("Times", {"fields": ("last_login", "created_at")}),
    )
    add_fieldsets = ((None, {"fields": ("email", "name", "usable_password", "password1", "password2")}),)
    readonly_fields = ("password_page", "last_login", "created_at")

    @admin.display(description="password")
    def password_page(self, user: User) -> str:
        """Lead to where it is set; nothing of it is shown."""
        return format_html('<a class="text-primary-600" href="{}">Set a password</a>', "../password/")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only a superuser changes members of staff: nobody raises themselves."""
        may = super().has_change_permission(request, obj)
        return may and (obj is None or not obj.is_staff or request.user.is_superuser)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Only a superuser makes members of staff."""
        beyond = () if request.user.is_superuser else ("is_staff", "is_superuser", "groups")
        return (*self.readonly_fields, *beyond)


@admin.register(Project)
class ProjectAdmin(ServiceModelAdmin):
    """Websites under audit. Apps above this one add what they do with a project to `actions`."""

    list_display = ("slug", "name", "organization", "site_url", "created_at")
    list_filter = (("organization", AutocompleteFilter),)
    list_select_related = ("organization",)
    search_fields = ("^slug", "^name", "^organization__name")
    autocomplete_fields = ("organization",)
    fields = ("organization", "slug", "name", "site_url")
    actions: ClassVar[list[Any]] = []

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """A project stays with its organisation: what it owns is sealed and counted there."""
        return ("organization",) if obj else ()


class IssueKeyForm(ServiceForm):
    """What a new key may do, and as whom."""

    scopes = forms.MultipleChoiceField(
        choices=Scope.choices, initial=[Scope.WRITE], widget=UnfoldAdminCheckboxSelectMultipleWidget
    )

    class Meta:
        model = ApiKey
        fields = ("organization", "user", "name", "scopes", "expires_at")


@admin.register(ApiKey)
class ApiKeyAdmin(ServiceModelAdmin):
    """Keys: issued here, shown once, revoked; never changed."""

    form = IssueKeyForm
    list_display = (
        "name", "key_prefix", "organization", "user", "may", "expires_at", "last_used_at", "revoked_at",
    )  # fmt: skip
    list_filter = (("organization", AutocompleteFilter),)
    list_select_related = ("organization", "user")
    search_fields = ("^name", "^key_prefix", "^user__email")
    autocomplete_fields = ("organization", "user")
    actions: ClassVar[list[str]] = ["revoke"]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Never the digest."""
        if obj is None:
            return IssueKeyForm.Meta.fields
        return (
            "organization", "user", "name", "key_prefix", "may", "expires_at", "last_used_at", "revoked_at",
        )  # fmt: skip

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """A key that is issued is read."""
        return self.get_fields(request, obj) if obj else ()

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A key is not changed: issue another and revoke this one."""
        return False

    @admin.display(description="scopes")
    def may(self, key: ApiKey) -> str:
        """Name the scopes."""
        return ", ".join(key.scopes)

    def save_model(self, request: HttpRequest, obj: ApiKey, form: Any, change: bool) -> None:
        """Issue the key and show it this one time."""
        asked = form.cleaned_data
        row, key = api_keys.issue(
            asked["organization"],
            user=asked["user"],
            name=asked["name"],
            scopes=asked["scopes"],
            expires_at=asked["expires_at"],
        )
        obj.__dict__.update(row.__dict__)
        shown = format_html("Copy the key now, it is not shown again: <code>{}</code>", key)
        self.message_user(request, shown, messages.WARNING)

    @admin.action(description="Revoke", permissions=["operate"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiKey]) -> None:
        """Put the keys out of use."""

        def revoke(row: ApiKey) -> str:
            api_keys.revoke(row)
            return "revoked."

        self.run_for_each(request, queryset, revoke)


@admin.register(QuotaMonth)
class QuotaMonthAdmin(ReadOnlyAdmin):
    """What each organisation has spent."""

    list_display = ("organization", "month", "spent")
    list_filter = (("organization", AutocompleteFilter),)
    list_select_related = ("organization",)
