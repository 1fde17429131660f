from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import mark_safe
from django.views.decorators.cache import cache_control
from django.views.decorators.csp import csp_override
from django.views.decorators.http import conditional_page, require_safe

from documentation import contents, pages, search
from documentation.navigation import navigation
from krafter_audit.web.public_pages import error_page

type View = Callable[..., HttpResponse]
CONTENT_SECURITY_POLICY = settings.SECURE_CSP | {"script-src": ["'self'"]}


def documentation_page(view: View) -> View:
    """Let browsers revalidate a page by its ETag."""
    for decorate in (
        conditional_page,
        cache_control(no_cache=True),
        csp_override(CONTENT_SECURITY_POLICY),
        require_safe,
    ):
        view = decorate(view)
    return view


@documentation_page
def show_page(request: HttpRequest, name: str = contents.HOME) -> HttpResponse:
    found = pages.page(name)
    if found is None:
        return error_page(404, "Page not found", "The documentation has no such page. Start at /docs.")
    context = {
        "page": found,
        "html": mark_safe(found.document.html),  # noqa: S308  rendered from the files of the repository
        "navigation": navigation(found.url),
    }
    return render(request, "documentation/page.html", context)


@documentation_page
def show_results(request: HttpRequest) -> HttpResponse:
    query = request.GET.get("q", "").strip()
    context = {"query": query, "results": search.search(query), "navigation": navigation("")}
    return render(request, "documentation/search.html", context)
