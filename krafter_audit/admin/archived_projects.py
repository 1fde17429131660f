"""Rows of an archived project are read-only: find such rows, and show the reason."""

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model, QuerySet

# The permission of actions that archived projects allow: they take access away, or restore the project.
OPERATE_ON_ARCHIVED = "operate_on_archived"


class ArchivedProjectError(PermissionDenied):
    """A request to change a row of an archived project; its text is the reason (krafter_audit/web/error_pages.py)."""


# Typed as Any: this package, below the apps, cannot import `accounts.models.Project`.
def project_of(row: Any, project_path: str) -> Any | None:
    """Return the project of a row by its path, such as `scan__project` or `pk`; None without one."""
    if project_path in ("", "pk"):
        return row if project_path else None
    for step in project_path.split("__"):
        row = getattr(row, step, None)
    return row


def read_only_reason(row: Any, project_path: str) -> str:
    """Return why the row can only be read; empty if its project is not archived, or it has none."""
    project = project_of(row, project_path)
    return str(project.read_only_reason) if project is not None else ""


def if_archived(project: Any | None) -> Any | None:
    return project if project is not None and project.read_only_reason else None


def without_archived[M: Model](rows: QuerySet[M], project_path: str) -> QuerySet[M]:
    if not project_path:
        return rows
    return rows.filter(**{f"{project_path}__archived_at".removeprefix("pk__"): None})


def require_active(row: Any, project_path: str) -> None:
    """Raise ValidationError if the row, which a form refers to, is of an archived project."""
    reason = read_only_reason(row, project_path)
    if reason:
        raise ValidationError(reason)
