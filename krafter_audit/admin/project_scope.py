"""The project chosen in the header: lists, pickers and the overview show its rows alone."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.apps import apps
from django.http import HttpRequest, QueryDict

SESSION_KEY = "project"
PROJECT_PARAMETER = "project__id__exact"  # of lists that are filtered by a project


def choose_project(request: HttpRequest, project_id: UUID | None) -> Any | None:
    """Store the choice in the session and return the project; None: all, also if it is not visible."""
    project = _visible_project(request, project_id)
    if project is None:
        request.session.pop(SESSION_KEY, None)
    else:
        request.session[SESSION_KEY] = str(project.pk)
    request.chosen_project = project  # type: ignore[attr-defined]  # read by chosen_project
    return project


def chosen_project(request: HttpRequest) -> Any | None:
    """Return the chosen project, read once for a request; None: all that the person may see."""

    def read() -> Any | None:
        stored = getattr(request, "session", {}).get(SESSION_KEY)
        return _visible_project(request, UUID(stored)) if stored else None

    return once(request, "chosen_project", read)


def project_of_new_row(request: HttpRequest) -> UUID | None:
    """Return the id of the project by which the list before a form is filtered, or the chosen one's.

    None without one, and of an archived one.
    """
    filters = QueryDict(request.GET.get("_changelist_filters", ""))
    try:
        project = _visible_project(request, UUID(filters.get(PROJECT_PARAMETER, "")))
    except ValueError:  # of a list without this filter
        project = chosen_project(request)
    return None if project is None or project.read_only_reason else project.pk


def once[T](request: HttpRequest, name: str, read: Callable[[], T]) -> T:
    """Return the value that `read` returns at its first call for a request."""
    if not hasattr(request, name):
        setattr(request, name, read())
    return getattr(request, name)


def scope_of_list(request: HttpRequest) -> Any | None:
    """Return the chosen project if the request is for a list or a picker."""
    match = request.resolver_match
    # The page of a row, and the actions on it, are open whatever the choice: links in mails lead there.
    is_list = match is not None and (match.url_name or "").endswith(("_changelist", "autocomplete"))
    return chosen_project(request) if is_list and "_back" not in request.POST else None


def _visible_project(request: HttpRequest, project_id: UUID | None) -> Any | None:
    # A person may have lost the project since.
    projects = visible_projects(request).select_related("organization")
    return projects.filter(pk=project_id).first() if project_id else None


def visible_projects(request: HttpRequest) -> Any:
    """Return the rows of `accounts.models.Project` that the person may see."""
    user: Any = request.user
    return apps.get_model("accounts", "Project").objects.visible_to(user)
