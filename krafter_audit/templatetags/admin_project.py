from typing import Any

from django.template import Context, Library

from krafter_audit.admin.project_scope import chosen_project

register = Library()


@register.simple_tag(takes_context=True, name="chosen_project")
def chosen_project_of(context: Context) -> Any | None:
    """Return the project that the person has chosen; None: all projects."""
    return chosen_project(context["request"])
