from functools import wraps
from typing import Any

from allauth.account.views import reauthenticate
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp.views import deactivate_totp
from allauth.usersessions.views import list_usersessions
from django.apps import apps
from django.conf import settings
from django.contrib.admin import site
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.views.decorators.cache import never_cache
from django.views.decorators.csp import csp_override

from accounts.memberships.views import leave, own_organizations
from accounts.sign_in import views
from accounts.time_zones.views import choose_time_zone


def page(view: Any, title: str = "") -> Any:
    """Return the view in the frame of the admin, whose scripts need its policy."""

    @csp_override(settings.ADMIN_CSP)
    @never_cache
    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        response = view(request, *args, **kwargs)
        if isinstance(response, TemplateResponse):
            frame = {**site.each_context(request), "title": title}
            response.context_data = {**frame, **(response.context_data or {})}
        return response

    return wrapper


urlpatterns: list[URLPattern] = []
if apps.is_installed("allauth.socialaccount"):
    from accounts.sign_in import single_sign_on

    urlpatterns += [
        path("sign-on/<str:provider_id>/start/", page(single_sign_on.start), name="openid_connect_login"),
        path(
            "sign-on/<str:provider_id>/callback/",
            page(single_sign_on.callback),
            name="openid_connect_callback",
        ),
    ]

urlpatterns += [
    # allauth redirects to this name.
    path("login/", site.login, name="account_login"),
    path("password/reset/", page(views.RequestPasswordResetView.as_view()), name="admin_password_reset"),
    path("password/reset/sent/", page(views.PasswordResetSentView.as_view()), name="password_reset_done"),
    path(
        "password/reset/complete/",
        page(views.PasswordResetCompleteView.as_view()),
        name="password_reset_complete",
    ),
    path(
        "password/reset/<uidb64>/<token>/",
        page(views.ResetPasswordView.as_view()),
        name="password_reset_confirm",
    ),
    path("password/confirm/", page(reauthenticate, "Confirm your password"), name="account_reauthenticate"),
    path("second-factor/", page(mfa.index, "Second factor"), name="mfa_index"),
    path(
        "second-factor/code/",
        page(mfa.authenticate, "Enter the code"),
        name="mfa_authenticate",
    ),
    path(
        "second-factor/confirm/",
        page(mfa.reauthenticate, "Confirm with a code"),
        name="mfa_reauthenticate",
    ),
    path(
        "second-factor/set-up/",
        page(views.SetUpSecondFactorView.as_view(), "Set up a second factor"),
        name="mfa_activate_totp",
    ),
    path(
        "second-factor/remove/",
        page(deactivate_totp, "Remove the second factor"),
        name="mfa_deactivate_totp",
    ),
    path(
        "second-factor/recovery-codes/",
        page(recovery_codes.view_recovery_codes, "Recovery codes"),
        name="mfa_view_recovery_codes",
    ),
    path(
        "second-factor/recovery-codes/replace/",
        page(recovery_codes.generate_recovery_codes, "Replace the recovery codes"),
        name="mfa_generate_recovery_codes",
    ),
    path(
        "second-factor/recovery-codes/download/",
        page(recovery_codes.download_recovery_codes),
        name="mfa_download_recovery_codes",
    ),
    path("time-zone/", site.admin_view(page(choose_time_zone)), name="time_zone"),
    path("organizations/", site.admin_view(page(own_organizations)), name="organizations"),
    path(
        "organizations/<uuid:organization_id>/leave/", site.admin_view(page(leave)), name="leave_organization"
    ),
    path("sessions/", page(list_usersessions, "Sessions"), name="usersessions_list"),
    path("sessions/end/", page(views.sign_out_everywhere, "Signed out"), name="sign_out_everywhere"),
]
