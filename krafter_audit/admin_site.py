"""The admin site and its content security policy."""

from typing import Any

from django.conf import settings
from django.contrib.admin.apps import AdminConfig
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csp import csp_override
from unfold.sites import UnfoldAdminSite


class AdminSite(UnfoldAdminSite):
    """The admin. Unfold's scripts need `unsafe-eval` and inline styles, which only its pages allow."""

    settings_name = "UNFOLD"

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        return super().admin_view(csp_override(settings.ADMIN_CSP)(view), cacheable)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        response: HttpResponse = csp_override(settings.ADMIN_CSP)(super().login)(request, extra_context)
        return response


class AdminSiteConfig(AdminConfig):
    """`django.contrib.admin` with this site as the default."""

    default_site = "krafter_audit.admin_site.AdminSite"
