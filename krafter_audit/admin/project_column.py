"""The project of a row in a list, and in a picker."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.apps import apps
from django.contrib import admin
from django.db.models import Count
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from krafter_audit.admin.project_scope import once, visible_projects


def project_column(request: HttpRequest, *, with_organization: bool) -> Callable[[Any], SafeString | str]:
    """Return the column with the name of a row's project.

    Below it are the organisation, if the reader has several, and the slug, if the organisation has other projects of
    that name.
    """

    def project(row: Any) -> SafeString | str:
        if row.project is None:
            return "-"
        details = [row.project.organization.name] if with_organization else []
        if (row.project.organization_id, row.project.name) in _repeated_names(request):
            details.append(row.project.slug)
        lines = format_html_join(
            "", '<span class="k-second-line"><bdi>{}</bdi></span>', ((each,) for each in details)
        )
        return format_html("<bdi>{}</bdi>{}", row.project.name, lines)

    column: Callable[[Any], SafeString | str] = admin.display(description="project")(project)
    return column


def picker_label(row: Any) -> str:
    """Return what a picker shows for a row: of projects, of which some share a name, with the slug."""
    is_project = isinstance(row, apps.get_model("accounts", "Project"))
    return f"{row.name} · {row.slug}" if is_project and row.name != row.slug else str(row)


def _repeated_names(request: HttpRequest) -> set[tuple[UUID, str]]:
    """Return the organisation and name of projects that share both, read once for a request."""

    def read() -> set[tuple[UUID, str]]:
        names = visible_projects(request).order_by().values_list("organization_id", "name")
        return set(
            names.annotate(projects=Count("pk")).filter(projects__gt=1).values_list("organization_id", "name")
        )

    return once(request, "repeated_project_names", read)
