from typing import Any, ClassVar
from uuid import UUID

from django.apps import apps
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as BaseGroupAdmin
from django.contrib.auth.admin import UserAdmin as BaseUserAdmin
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from unfold.admin import ModelAdmin
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from accounts.models import Membership, User
from accounts.sign_in import notices
from krafter_audit.admin.base import ServiceModelAdmin, staff_of

admin.site.unregister(Group)
# The pages of the sign-in show these to their user alone (accounts/sign_in/urls.py).
for app in apps.get_app_configs():
    if app.name.startswith("allauth."):
        admin.site.unregister([model for model in app.get_models() if admin.site.is_registered(model)])


@admin.register(Group)
class GroupAdmin(BaseGroupAdmin, ModelAdmin):
    filter_horizontal: ClassVar[tuple[str, ...]] = ()
    # Unfold's has a signature that Django deprecates.
    get_action_choices = ServiceModelAdmin.get_action_choices

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # A group can have any permission.
        return bool(request.user.is_superuser)

    has_module_permission = has_add_permission = has_change_permission = has_delete_permission = (
        has_view_permission
    )


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

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None or self.has_change_permission(request, obj):
            return fieldsets
        (title, options), *others = fieldsets
        fields = tuple(name for name in options["fields"] if name != "password_page")
        return [(title, {**options, "fields": fields}), *others]

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if change and (old := form.initial.get("email", obj.email)) != obj.email:
            notices.request_mail("email.changed", obj, to=old)

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
