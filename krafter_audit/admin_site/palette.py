"""The palette of the admin (Ctrl+K): find pages, projects, findings and tasks, and choose a project."""

from typing import Any
from uuid import UUID

from django.contrib.admin import site
from django.contrib.admin.views.main import PAGE_VAR
from django.core.exceptions import PermissionDenied
from django.db.models import Model, Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse, QueryDict
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.models import Project
from findings.models import Finding
from krafter_audit.admin.base import ServiceModelAdmin, staff_of
from krafter_audit.admin.project_scope import PROJECT_PARAMETER, choose_project, chosen_project
from krafter_audit.admin.return_pages import page_to_return_to
from krafter_audit.admin.text import status_label
from krafter_audit.admin_site.menu import all_pages
from krafter_audit.db.text_search import spellings
from krafter_audit.security.control_characters import replace_controls
from remediation.models import Task

MAX_OPTIONS = 6  # for each group
MAX_PROJECTS = 50  # when only projects are searched
MIN_LENGTH = 2  # of the searched text: a single letter is in all rows

type Option = dict[str, str]


@require_safe
def palette(request: HttpRequest) -> JsonResponse:
    """Return what matches `q` in groups; with `only=projects` the projects to choose from."""
    _require_staff(request)
    text = request.GET.get("q", "").replace("\x00", "").strip()
    if request.GET.get("only") == "projects":
        options = [*_all_projects(text), *_projects(request, text, MAX_PROJECTS)]
        groups = [("Show the rows of", options)]
    else:
        groups = [
            ("Pages", _pages(request, text)),
            ("Findings", _findings(request, text)),
            ("Tasks", _tasks(request, text)),
            ("Projects", _projects(request, text, MAX_OPTIONS)),
        ]
    found = [
        {"label": label, "options": [_without_controls(option) for option in options]}
        for label, options in groups
        if options
    ]
    return JsonResponse({"groups": found}, headers={"Cache-Control": "no-store"})


def _without_controls(option: Option) -> Option:
    # The details are in the line of the title, which a site may have chosen.
    return {name: replace_controls(text) for name, text in option.items()}


@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Choose the project whose rows pages show (empty: all), and return to the page."""
    _require_staff(request)
    project = choose_project(request, _uuid(request.POST.get("project", "")))
    url, _, query = page_to_return_to(request, "next").partition("?")
    params = QueryDict(query, mutable=True)
    # The list has other pages now, and a filter by another project would leave it empty.
    for name in (PAGE_VAR, *([PROJECT_PARAMETER] if project else [])):
        params.pop(name, None)
    query = f"?{params.urlencode()}" if params else ""
    return HttpResponseRedirect(f"{url}{query}" if url else reverse("admin:index"))


def _require_staff(request: HttpRequest) -> None:
    if not site.has_permission(request):
        raise PermissionDenied


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _pages(request: HttpRequest, text: str) -> list[Option]:
    pages = [("Overview", "", reverse("admin:index"))]
    pages += [(page["title"], page["section"], page["link"]) for page in all_pages(request)]
    words = text.casefold().split()
    found = [page for page in pages if all(word in f"{page[0]} {page[1]}".casefold() for word in words)]
    return [{"title": title, "detail": section, "url": url} for title, section, url in found[:MAX_OPTIONS]]


def _findings(request: HttpRequest, text: str) -> list[Option]:
    return [
        {
            "title": finding.title,
            "detail": f"{status_label(finding.severity)} · {status_label(finding.status)} · {finding.project}",
            "url": reverse("admin:findings_finding_change", args=[finding.pk]),
        }
        for finding in _search(request, Finding, text, order=("-score", "-pk"))
    ]


def _tasks(request: HttpRequest, text: str) -> list[Option]:
    return [
        {
            "title": task.title,
            "detail": f"{status_label(task.status)} · {task.project}",
            "url": reverse("admin:remediation_task_change", args=[task.pk]),
        }
        for task in _search(request, Task, text, order=("-pk",))
    ]


def _search(request: HttpRequest, model: type[Model], text: str, *, order: tuple[str, ...]) -> list[Any]:
    page: ServiceModelAdmin = site.get_model_admin(model)  # type: ignore[assignment]  # each of ours is one
    if len(text) < MIN_LENGTH or not page.has_view_permission(request):
        return []
    rows, project = page.get_queryset(request), chosen_project(request)
    rows = rows if project is None else page.filter_by_project(rows, project)
    found, _ = page.get_search_results(request, rows, text)
    return list(found.select_related("project").order_by(*order)[:MAX_OPTIONS])


def _projects(request: HttpRequest, text: str, limit: int) -> list[Option]:
    rows = (
        Project.objects.visible_to(staff_of(request)).filter(archived_at=None).select_related("organization")
    )
    for word in text.split():
        named = Q(slug__icontains=word)
        for spelling in spellings(word):
            named |= Q(name__icontains=spelling) | Q(organization__name__icontains=spelling)
        rows = rows.filter(named)
    return [
        {
            "title": project.name or project.slug,
            "detail": f"{project.organization.name} · {project.slug}",
            "project": str(project.pk),
        }
        for project in rows.order_by("organization__name", "slug")[:limit]
    ]


def _all_projects(text: str) -> list[Option]:
    every = {"title": "All projects", "detail": "", "project": ""}
    return [every] if text.casefold() in "all projects" else []
