"""The admin site."""

from typing import Any

from django.conf import settings
from django.contrib.admin.apps import AdminConfig
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csp import csp_override
from unfold.sites import UnfoldAdminSite


class AdminSite(UnfoldAdminSite):
    settings_name = "UNFOLD"

    # Unfold's scripts need unsafe-eval and inline styles; only the pages of the admin may allow them.
    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        return super().admin_view(csp_override(settings.ADMIN_CSP)(view), cacheable)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        from accounts.sign_in.views import SignInView  # not before the models are loaded

        response: HttpResponse = csp_override(settings.ADMIN_CSP)(SignInView.as_view())(request)
        return response

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        from accounts.sign_in.views import ChangePasswordView

        return ChangePasswordView.as_view()(request)


class AdminSiteConfig(AdminConfig):
    default_site = "krafter_audit.admin_site.AdminSite"
