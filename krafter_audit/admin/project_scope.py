"""The project chosen in the header: lists, pickers and the overview show only its rows."""

from collections.abc import Callable, Collection
from typing import Any, cast
from uuid import UUID

from django.apps import apps
from django.http import HttpRequest, QueryDict

SESSION_KEY = "project"
PROJECT_PARAMETER = "project__id__exact"  # in the URL of lists that are filtered by a project


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


def values_of_new_row(request: HttpRequest) -> dict[str, UUID]:
    """Return the ids of the project and of the organisation that a form begins with, as far as they are known.

    The project is that by which the list before the form is filtered, the chosen one, or the person's only one.
    """
    filters, user = QueryDict(request.GET.get("_changelist_filters", "")), cast("Any", request.user)
    try:
        project = _visible_project(request, UUID(filters.get(PROJECT_PARAMETER, "")))
    except ValueError:  # the list has no such filter
        project = chosen_project(request) or _only(visible_projects(request).filter(archived_at=None)[:2])
    organization = project.organization_id if project else _only(user.roles)
    values = {"project": None if project is None or project.read_only_reason else project.pk}
    return {name: pk for name, pk in {**values, "organization": organization}.items() if pk}


def _only(found: Collection[Any]) -> Any | None:
    return next(iter(found)) if len(found) == 1 else None


def once[T](request: HttpRequest, name: str, read: Callable[[], T]) -> T:
    """Return the value that `read` returns at its first call for a request."""
    if not hasattr(request, name):
        setattr(request, name, read())
    return getattr(request, name)


def scope_of_list(request: HttpRequest) -> Any | None:
    """Return the chosen project if the request is for a list or a picker."""
    match = request.resolver_match
    # The page of a row and its actions do not depend on the choice, since links in mails lead there.
    is_list = match is not None and (match.url_name or "").endswith(("_changelist", "autocomplete"))
    return chosen_project(request) if is_list and "_back" not in request.POST else None


def _visible_project(request: HttpRequest, project_id: UUID | None) -> Any | None:
    # The person may have lost access to the project since.
    projects = visible_projects(request).select_related("organization")
    return projects.filter(pk=project_id).first() if project_id else None


def visible_projects(request: HttpRequest) -> Any:
    """Return the rows of `accounts.models.Project` that the person may see."""
    user: Any = request.user
    return apps.get_model("accounts", "Project").objects.visible_to(user)
