"""Permissions of staff in the admin by their role in an organisation.

A superuser may do everything. Groups, assigned by superusers only, give further permissions in the organisations in
which the user has a role above viewer.
"""

from typing import Any

from django.contrib.auth.backends import ModelBackend

from accounts.models import Membership, User

Role = Membership.Role

MANAGERS = (Role.OWNER, Role.ADMIN)
RANKS = {Role.VIEWER: 0, Role.MEMBER: 1, Role.ADMIN: 2, Role.OWNER: 3}
APPS_WITH_ROLES = frozenset(
    {
        "accounts", "events", "bulk_changes", "findings", "scans", "remediation", "assurance", "campaigns",
        "integrations", "notifications", "reports",
    }
)  # fmt: skip
# The work on findings: all other rows of an organisation are for its administrators.
MEMBER_MODELS = frozenset(
    {
        "bulk_changes.bulkchange", "findings.finding", "findings.regression", "remediation.task",
        "remediation.verification", "scans.scan", "reports.report", "reports.share", "assurance.guardwindow",
        "campaigns.campaign",
    }
)  # fmt: skip
OWNER_MODELS = frozenset({"accounts.organization", "accounts.membership"})
# Organisations and users are created by a superuser or with `manage.py`.
SUPERUSER_PERMISSIONS = frozenset({"accounts.add_organization", "accounts.add_user"})


def is_at_least(role: str | None, needed: Role) -> bool:
    """Return whether a role is `needed` or a higher one; None, without a role, is lower than all."""
    return role is not None and RANKS[Role(role)] >= RANKS[needed]


def role_allows(role: str, permission: str) -> bool:
    """Return whether a role has a permission such as `findings.change_finding`."""
    app, _, codename = permission.partition(".")
    verb, _, model = codename.partition("_")
    if app not in APPS_WITH_ROLES or permission in SUPERUSER_PERMISSIONS:
        return False
    if verb == "view":
        return True
    return verb in ("add", "change") and is_at_least(role, _role_to_change(f"{app}.{model}"))


def _role_to_change(model: str) -> Role:
    if model in MEMBER_MODELS:
        return Role.MEMBER
    return Role.OWNER if model in OWNER_MODELS else Role.ADMIN


class MembershipBackend(ModelBackend):
    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        """Return whether the user has the permission; `obj` is the organisation's id in which it must be valid."""
        if not isinstance(user_obj, User) or not user_obj.is_active or not user_obj.is_staff:
            return super().has_perm(user_obj, perm, obj)
        if obj is None:
            return super().has_perm(user_obj, perm) or any(
                role_allows(role, perm) for role in user_obj.roles.values()
            )
        role = user_obj.roles.get(obj)
        if role is None:
            return False
        in_group = role != Role.VIEWER and super().has_perm(user_obj, perm)
        return in_group or role_allows(role, perm)

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        if super().has_module_perms(user_obj, app_label):
            return True
        return bool(
            app_label in APPS_WITH_ROLES and user_obj.is_active and user_obj.is_staff and user_obj.roles
        )
