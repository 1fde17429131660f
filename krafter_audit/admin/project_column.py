"""The project of a row in a list, and in a picker."""

from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import slugify


def project_column(*, with_organization: bool) -> Callable[[Any], SafeString | str]:
    """Return the column with the name of a row's project, above its organisation and what distinguishes it."""

    def column(row: Any) -> SafeString | str:
        project = row.project
        if project is None:
            return "-"
        details = [project.organization.name] if with_organization else []
        details += [project.slug] if _is_distinguished_by_slug(project) else []
        below = format_html('<bdi class="k-second-line">{}</bdi>', " · ".join(details)) if details else ""
        name = format_html('<bdi class="k-two-lines" title="{}">{}</bdi>', project.name, project.name)
        return format_html("{}{}", name, below)

    column.__name__ = "project"  # a CSS class in the list
    return admin.display(description="project")(column)


def picker_label(row: Any) -> str:
    """Return the text of a row in a picker; a project has its name and what distinguishes it."""
    is_project = isinstance(row, apps.get_model("accounts", "Project"))  # `accounts` imports this package
    return f"{row.name} · {row.slug}" if is_project and _is_distinguished_by_slug(row) else str(row)


def _is_distinguished_by_slug(project: Any) -> bool:
    # At most one of an organisation's projects with the same name has the slug that the name suggests.
    return bool(slugify(project.name) != project.slug)
