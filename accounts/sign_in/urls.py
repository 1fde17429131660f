from typing import Any

from django.conf import settings
from django.urls import path
from django.views.decorators.csp import csp_override

from accounts.sign_in import views


def page(view: Any) -> Any:
    """Return the view with the policy that the scripts of the admin's pages need."""
    return csp_override(settings.ADMIN_CSP)(view)


urlpatterns = [
    path("password/reset/", page(views.RequestPasswordResetView.as_view()), name="admin_password_reset"),
    path("password/reset/sent/", page(views.PasswordResetSentView.as_view()), name="password_reset_done"),
    path(
        "password/reset/<uidb64>/<token>/",
        page(views.ResetPasswordView.as_view()),
        name="password_reset_confirm",
    ),
    path(
        "password/reset/complete/",
        page(views.PasswordResetCompleteView.as_view()),
        name="password_reset_complete",
    ),
]
