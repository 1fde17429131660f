from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse


def secret_page(page: Any, request: HttpRequest, *, title: str, **context: Any) -> HttpResponse:
    """Return a page with `label`, `secret`, `note` and a link `back`, shown once. No page of the admin is cached."""
    # Not by a message: those are stored in a cookie or in the session until a page shows them.
    context |= {**page.admin_site.each_context(request), "opts": page.opts, "title": title}
    return TemplateResponse(request, "admin/secret.html", context)
