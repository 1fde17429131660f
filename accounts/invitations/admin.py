from collections.abc import Callable, Sequence
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.html import format_html
from unfold.decorators import display
from unfold.widgets import UnfoldAdminEmailInputWidget

from accounts import services
from accounts.admin.actor import staff_actor
from accounts.admin.api_keys import removal_warning, role_change_warning
from accounts.errors import AlreadyJoined, NotJoined
from accounts.invitations.links import LINK_LIFETIME
from accounts.invitations.services import resend
from accounts.invitations.states import InvitationState, state_of
from accounts.models import Invitation, Membership, Organization
from accounts.roles import MANAGERS, Role
from krafter_audit.admin.actions import row_action
from krafter_audit.admin.base import AutocompleteFilter, ServiceModelAdmin, copy_row, staff_of
from krafter_audit.admin.forms import ServiceForm
from krafter_audit.displayed_times import time_element

STATE_COLOURS = {
    str(InvitationState.JOINED.label): "success",
    str(InvitationState.QUEUED.label): "info",
    str(InvitationState.SENT.label): "info",
    str(InvitationState.EXPIRED.label): "warning",
    str(InvitationState.UNDELIVERABLE.label): "danger",
    str(InvitationState.NOT_INVITED.label): "warning",
}
MEMBER_ALREADY = (
    "This person is a member already. Change the role or send the invitation again on their page."
)
INVITED = "{} gets an invitation by mail; its link works for {} days."
ROLES = {
    Role.OWNER: "everything in the organisation, and its owners",
    Role.ADMIN: "integrations, policies, API keys and members",
    Role.MEMBER: "findings, tasks, verifications, scans and reports",
    Role.VIEWER: "reads everything and changes nothing",
}


class RoleForm(ServiceForm):
    """`changed_by` is the role of the person who changes the role; None: a superuser."""

    changed_by: ClassVar[Callable[[Organization], str | None]]

    class Meta:
        model = Membership
        fields: tuple[str, ...] = ("role",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "role" in self.fields:
            listed = "; ".join(f"{role.label}: {may}" for role, may in ROLES.items())
            keys = "" if self.instance._state.adding else role_change_warning(self.instance)
            self.fields["role"].help_text = format_html("{}. {}", listed, keys)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        organization = cleaned.get("organization") or getattr(self.instance, "organization", None)
        may_make_owners = organization is None or type(self).changed_by(organization) in (None, Role.OWNER)
        if cleaned.get("role") == Role.OWNER and not may_make_owners:
            self.add_error("role", services.ONLY_OWNERS)
        return cleaned


class InviteForm(RoleForm):
    email = forms.EmailField(
        label="E-mail",
        max_length=254,
        widget=UnfoldAdminEmailInputWidget,
        help_text=f"A person without an account gets a link that works once, for {LINK_LIFETIME.days} days.",
    )

    class Meta(RoleForm.Meta):
        fields = ("organization", "email", "role")
        labels: ClassVar = {"organization": "Organisation"}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        organization, email = cleaned.get("organization"), cleaned.get("email")
        if organization and email and organization.memberships.filter(user__email__iexact=email).exists():
            self.add_error("email", MEMBER_ALREADY)
        return cleaned


@admin.register(Membership)
class MembershipAdmin(ServiceModelAdmin):
    """Members; managed by owners and admins of an organisation, as in the API."""

    organization_path, project_path = "organization", ""
    form, add_form = RoleForm, InviteForm
    change_form_outer_before_template = ""  # the buttons are below
    empty_text = "People are invited to an organisation: add one first."
    list_display = ("email", "name", "role_badge", "state", "organization_name", "last_sign_in")
    list_filter = ("role", ("organization", AutocompleteFilter))
    search_fields = ("user__email", "user__name")
    search_help_text = "E-mail or name"
    actions: ClassVar[list[str]] = ["send_again", "revoke", "remove"]
    tones: ClassVar = {"revoke": "danger", "remove": "danger"}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Membership]:
        return super().get_queryset(request).select_related("user", "organization", "invitation")

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        form.changed_by = staticmethod(lambda organization: self._own_role(request, organization.pk))
        return form

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = InviteForm.Meta.fields if obj is None else RoleForm.Meta.fields
        return [(None, {"fields": fields})]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        managed = self._managed(request)
        only = {"organization": managed[0]} if len(managed) == 1 else {}
        return {**only, **super().get_changeform_initial_data(request)}

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if field is not None and not request.user.is_superuser:
            field.queryset = Organization.objects.filter(pk__in=self._managed(request))
        return field

    def _own_role(self, request: HttpRequest, organization_id: UUID) -> str | None:
        """Return the user's role in the organisation; None for superusers."""
        user = staff_of(request)
        return None if user.is_superuser else user.roles.get(organization_id, "")

    def _managed(self, request: HttpRequest) -> list[UUID]:
        user = staff_of(request)
        if user.is_superuser:
            # Two are enough: callers only check for one or for several.
            return list(Organization.objects.values_list("pk", flat=True)[:2])
        return [pk for pk, role in user.roles.items() if role in MANAGERS]

    def role_allows(self, request: HttpRequest, verb: str, row: Membership) -> bool:
        own = self._own_role(request, row.organization_id)
        return own is None or (own in MANAGERS and (row.role != Role.OWNER or own == Role.OWNER))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(self._managed(request))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(self._managed(request)) if obj is None else self.may(request, "change", obj)

    def has_operate_permission(self, request: HttpRequest) -> bool:
        return bool(self._managed(request))

    @admin.display(description="e-mail")
    def email(self, row: Membership) -> str:
        return row.user.email

    @admin.display(description="name")
    def name(self, row: Membership) -> str:
        return row.user.name

    @display(description="role", label={Role.OWNER.label: "primary", Role.ADMIN.label: "info"})
    def role_badge(self, row: Membership) -> str:
        return str(row.get_role_display())

    @display(description="state", label=STATE_COLOURS)
    def state(self, row: Membership) -> str:
        return str(state_of(row).label)

    @admin.display(description="organisation")
    def organization_name(self, row: Membership) -> str:
        return row.organization.name

    @admin.display(description="last sign-in")
    def last_sign_in(self, row: Membership) -> str:
        return time_element(row.user.last_login) or "never"

    def refusals(self, request: HttpRequest, row: Membership) -> dict[str, str]:
        if state_of(row) == InvitationState.JOINED:
            return {"send_again": AlreadyJoined.message, "revoke": AlreadyJoined.message}
        return {"remove": NotJoined.message}

    def detail_context(self, request: HttpRequest, row: Membership) -> dict[str, Any]:
        state = state_of(row)
        invitation = getattr(row, "invitation", None)
        sent_at = invitation.sent_at if invitation and not invitation.is_notice else None
        return {
            "state": state.label,
            "tone": STATE_COLOURS[str(state.label)],
            "sent_at": sent_at,
            "valid_until": sent_at + LINK_LIFETIME if sent_at and state != InvitationState.JOINED else None,
            "may_change": self.may(request, "change", row),
        }

    def save_model(self, request: HttpRequest, obj: Membership, form: Any, change: bool) -> None:
        by = staff_actor(request)
        if change:
            _, revoked = services.change_role(obj, role=form.cleaned_data["role"], by=by)
            for key in revoked:
                self.message_user(request, f"The API key {key} is revoked.", messages.WARNING)
            return
        values = form.cleaned_data
        row, created = services.invite_member(
            values["organization"], email=values["email"], role=values["role"], by=by
        )
        copy_row(row, to=obj)
        if not created:
            self.message_user(request, f"{row.user} is a member already: the role stays.", messages.WARNING)
        elif row.user.signs_in:
            is_notified = Invitation.objects.filter(membership=row).exists()
            by_mail = "is notified by mail" if is_notified else "gets no mail"
            self.message_user(
                request, f"{row.user} has an account, is a member now and {by_mail}.", messages.INFO
            )
        else:
            self.message_user(request, INVITED.format(row.user, LINK_LIFETIME.days), messages.INFO)

    @row_action("Send the invitation again")
    def send_again(self, request: HttpRequest, row: Membership) -> str:
        resend(row)
        if not row.user.is_active:
            return "no e-mail is sent, as the account is deactivated."
        return "an e-mail with a new link is being sent."

    @admin.action(description="Revoke the invitation…", permissions=["operate"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[Membership]) -> HttpResponse | None:
        return self._remove(request, queryset, joined=False, done="the invitation is revoked.")

    @admin.action(description="Remove from the organisation…", permissions=["operate"])
    def remove(self, request: HttpRequest, queryset: QuerySet[Membership]) -> HttpResponse | None:
        return self._remove(request, queryset, joined=True, done="removed.")

    def _remove(
        self, request: HttpRequest, rows: QuerySet[Membership], *, joined: bool, done: str
    ) -> HttpResponse | None:
        if "confirmed" not in request.POST:
            members = self.changeable_rows(request, rows)
            return self._confirmation(request, members) if members else None

        def remove(row: Membership) -> str:
            if (state_of(row) == InvitationState.JOINED) != joined:
                raise NotJoined if joined else AlreadyJoined
            services.remove_member(row, by=staff_actor(request))
            return done

        is_own = rows.filter(user=staff_of(request).pk).exists()
        self.run_for_each(request, rows, remove)
        # After the last organisation the list of members is closed to the person who has left it.
        return redirect("organizations") if is_own else None

    def _confirmation(self, request: HttpRequest, members: Sequence[Membership]) -> TemplateResponse:
        action = request.POST.get("action", "")
        return self.page(
            request,
            "admin/accounts/membership/confirm.html",
            title=str(self.get_actions(request)[action].description).removesuffix("…"),
            action=action,
            members=[(row, removal_warning(row)) for row in members],
        )
