"""Whether staff may change a row: by their role in its organisation, and unless its project is archived."""

from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils.text import capfirst

from krafter_audit.admin import archived_projects, list_parameters
from krafter_audit.admin.archived_projects import OPERATE_ON_ARCHIVED, ArchivedProjectError

NOT_ALLOWED = "your role in this organisation does not allow this."
ACTION_PERMISSIONS = frozenset({"operate", OPERATE_ON_ARCHIVED})


def staff_of(request: HttpRequest) -> Any:
    """Return the `accounts.models.User`."""
    # Typed as Any: this package, below the apps, cannot import the model.
    return request.user


class RowPermissionsMixin:
    opts: Any
    has_view_permission: Any
    # The lookup from a row to its organisation: staff can see and choose only rows of their organisations.
    organization_path: ClassVar[str] = "project__organization"
    # The lookup from a row to its project; empty for rows of an organisation that belong to no project.
    project_path: ClassVar[str] = "project"
    linked_lookups: ClassVar[tuple[str, ...]] = ()  # in links to the list, by fields that it does not show

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        is_allowed: bool = super().lookup_allowed(lookup, value, request)  # type: ignore[misc]  # of ModelAdmin
        return is_allowed and list_parameters.is_shown(self, request, lookup)

    def organization_id_of(self, row: Any) -> Any:
        *steps, last = self.organization_path.split("__")
        for step in steps:
            row = getattr(row, step)
        return row.pk if last == "pk" else getattr(row, f"{last}_id")

    def role_allows(self, request: HttpRequest, verb: str, row: Any) -> bool:
        """Return whether the user has the permission (`change`, `add`) in the row's organisation."""
        permission = f"{self.opts.app_label}.{verb}_{self.opts.model_name}"
        return bool(staff_of(request).has_perm(permission, self.organization_id_of(row)))

    def refusal(self, request: HttpRequest, verb: str, row: Any) -> str:
        """Return why the user may not `view`, `add` or `change` the row, or use a permission of actions."""
        if not self.role_allows(request, "change" if verb in ACTION_PERMISSIONS else verb, row):
            return NOT_ALLOWED
        can_be_archived = verb in ("view", OPERATE_ON_ARCHIVED)
        return "" if can_be_archived else archived_projects.read_only_reason(row, self.project_path)

    def may(self, request: HttpRequest, verb: str, row: Any) -> bool:
        return not self.refusal(request, verb, row)

    def require_change(self, request: HttpRequest, row: Any) -> None:
        """Raise PermissionDenied if the user may not change the row."""
        refusal = self.refusal(request, "change", row)
        if refusal:
            raise PermissionDenied(refusal) if refusal == NOT_ALLOWED else ArchivedProjectError(refusal)

    def has_operate_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(f"{self.opts.app_label}.change_{self.opts.model_name}"))

    def has_operate_on_archived_permission(self, request: HttpRequest) -> bool:
        return self.has_operate_permission(request)

    def archived_project(self, row: Any) -> Any | None:
        """Return the project of the row if it is archived, for the notice on a page."""
        return archived_projects.if_archived(archived_projects.project_of(row, self.project_path))

    def refuse_archived(self, request: HttpRequest, row: Any | None) -> None:
        """Raise ArchivedProjectError if the user may see the row, and its project is archived."""
        reason = archived_projects.read_only_reason(row, self.project_path)
        if reason and self.has_view_permission(request, row):
            raise ArchivedProjectError(reason)

    def refusal_of_action(self, request: HttpRequest, action: Any, row: Any) -> str:
        """Return why the user may not run the action on the row, as a sentence."""
        permissions = ACTION_PERMISSIONS.intersection(getattr(action, "allowed_permissions", ()))
        refusals = (self.refusal(request, permission, row) for permission in permissions)
        return next((capfirst(refusal) for refusal in refusals if refusal), "")
