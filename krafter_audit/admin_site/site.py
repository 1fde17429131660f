from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import SimpleLazyObject
from django.views.decorators.cache import never_cache
from django.views.decorators.csp import csp_override
from unfold.sites import UnfoldAdminSite

from accounts.sign_in import second_factor
from accounts.sign_in.account_events import log_account_event
from accounts.sign_in.views import ChangePasswordView, SignInView
from krafter_audit.admin.list_parameters import has_nul
from krafter_audit.admin.project_column import picker_label

SESSION_ENDED = "Your session has ended. What you sent was not saved: sign in and send it again."


class AutocompleteView(AutocompleteJsonView):
    def process_request(self, request: HttpRequest) -> Any:
        # Django fails with 500 for a NUL byte in the term.
        if has_nul(map(str, request.GET.values())):
            raise BadRequest
        found = super().process_request(request)
        # Also refuse the reverse side of a foreign key.
        if found[2].auto_created:
            raise PermissionDenied
        return found

    def serialize_result(self, obj: Any, to_field_name: str) -> dict[str, str]:
        return {**super().serialize_result(obj, to_field_name), "text": picker_label(obj)}


class AdminSite(UnfoldAdminSite):
    settings_name = "UNFOLD"

    # Unfold's scripts need unsafe-eval and inline styles; only the pages of the admin may allow them.
    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        guarded = super().admin_view(csp_override(settings.ADMIN_CSP)(_with_second_factor(view)), cacheable)
        return _with_note_of_ended_session(guarded)

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> Any:
        # Lazy: the list is in the context of each page, but the menu has its own (menu.py).
        return SimpleLazyObject(lambda: super(AdminSite, self).get_app_list(request, app_label))

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        view: Any = csp_override(settings.ADMIN_CSP)(SignInView.as_view())
        return view(request)

    def autocomplete_view(self, request: HttpRequest) -> HttpResponse:
        view: Any = AutocompleteView.as_view(admin_site=self)
        return view(request)

    def i18n_javascript(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return never_cache(super().i18n_javascript)(request, extra_context)

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        user = request.user
        response: HttpResponse = super().logout(request, {"title": "Signed out", **(extra_context or {})})
        if user.is_authenticated and not request.user.is_authenticated:
            log_account_event("sign_in.ended", user=user, request=request)
            # Not "cookies": it would delete those of the whole domain.
            response["Clear-Site-Data"] = '"cache", "storage"'
        return response

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return never_cache(ChangePasswordView.as_view())(request)

    def password_change_done(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        context = {"title": "The password is changed", **(extra_context or {})}
        return never_cache(super().password_change_done)(request, context)


def _with_note_of_ended_session(view: Any) -> Any:
    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        signs_out = request.resolver_match is not None and request.resolver_match.url_name == "logout"
        is_lost = request.method == "POST" and not request.user.is_authenticated and not signs_out
        response = view(request, *args, **kwargs)
        # A redirect to the sign-in; without a valid CSRF token the response is an error.
        if is_lost and response.status_code == 302:
            messages.warning(request, SESSION_ENDED)
        return response

    return wrapper


def _with_second_factor(view: Any) -> Any:
    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        signs_out = request.resolver_match is not None and request.resolver_match.url_name == "logout"
        if not signs_out and second_factor.is_missing(request):
            return redirect("mfa_activate_totp")
        return view(request, *args, **kwargs)

    return wrapper
