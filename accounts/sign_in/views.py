from typing import Any
from urllib.parse import urlencode

from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import perform_login
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.views import ActivateTOTPView
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.admin import site
from django.contrib.auth import forms as auth_forms
from django.contrib.auth import views
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse_lazy
from django.views.decorators.http import require_POST
from django.views.generic.base import ContextMixin
from unfold.forms import AdminOwnPasswordChangeForm

from accounts.sign_in import attempts, known_browsers, lockout, second_factor
from accounts.sign_in.account_events import log_account_event
from accounts.sign_in.forms import RequestPasswordResetForm, ResetPasswordForm, SignInForm
from krafter_audit.admin.base import staff_of
from krafter_audit.jobs.queues import enqueue


class AdminPage(ContextMixin):
    request: HttpRequest

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**site.each_context(self.request), **super().get_context_data(**kwargs)}


class SignInView(AdminPage, views.LoginView):
    """E-mail address and password, then the second factor where the account has one."""

    authentication_form = SignInForm
    template_name = "admin/login.html"
    extra_context = {"title": "Sign in"}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        name = settings.KRAFTER_OIDC_NAME if settings.KRAFTER_OIDC_URL else ""
        query = f"?{urlencode({'next': self.get_success_url()})}"
        return {**super().get_context_data(**kwargs), "identity_provider": name, "sso_query": query}

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if site.has_permission(request):
            return redirect(self.get_success_url())
        return super().get(request, *args, **kwargs)

    def form_valid(self, form: auth_forms.AuthenticationForm) -> HttpResponse:
        user = form.get_user()
        # Counts as a confirmation of the password, so that the set-up of a second factor needs none.
        record_authentication(self.request, user, method="password", reauthenticated=True)
        response = perform_login(self.request, user, redirect_url=self.get_success_url())
        known_browsers.remember(response, user.email)
        return response


class RequestPasswordResetView(views.PasswordResetView):
    form_class = RequestPasswordResetForm
    template_name = "sign_in/password_reset.html"
    title = "Reset the password"

    def form_valid(self, form: auth_forms.PasswordResetForm) -> HttpResponse:
        email = form.cleaned_data["email"]
        attempts.require_allowed(self.request, lockout.password_reset_subject(email), email=email)
        # A worker looks the account up, so that the response time does not disclose whether it exists.
        if not enqueue("accounts.send_password_reset", email):
            form.add_error(None, "The mail cannot be sent now. Try again in a few minutes.")
            return self.form_invalid(form)
        return redirect("password_reset_done")


class PasswordResetSentView(views.PasswordResetDoneView):
    template_name = "sign_in/password_reset_sent.html"
    title = "Check your mail"


class ResetPasswordView(views.PasswordResetConfirmView):
    """Set a new password by the link of the mail; all sessions of the user end."""

    form_class = ResetPasswordForm
    template_name = "sign_in/password_reset_confirm.html"
    title = "Set a new password"

    def form_valid(self, form: auth_forms.SetPasswordForm) -> HttpResponse:
        response = super().form_valid(form)
        lockout.clear(lockout.account_subject(form.user.email))
        known_browsers.remember(response, form.user.email)
        log_account_event("password.reset", user=form.user, request=self.request)
        return response


class PasswordResetCompleteView(views.PasswordResetCompleteView):
    template_name = "sign_in/password_reset_complete.html"
    title = "The password is changed"


class ChangePasswordView(AdminPage, views.PasswordChangeView):
    """Change one's own password; all other sessions of the user end."""

    form_class = AdminOwnPasswordChangeForm
    template_name = "registration/password_change_form.html"
    success_url = reverse_lazy("admin:password_change_done")
    title = "Change the password"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        email = staff_of(request).email
        account = known_browsers.account_subject(request, email)
        attempts.require_allowed(request, account, email=email)
        response = super().post(request, *args, **kwargs)
        form = (response.context_data or {})["form"] if isinstance(response, TemplateResponse) else None
        if form is None or "old_password" not in form.errors:
            attempts.record_success(request, account)
        return response

    def form_valid(self, form: auth_forms.PasswordChangeForm) -> HttpResponse:
        response = super().form_valid(form)
        UserSession.objects.create_from_request(self.request)  # the session has another key now
        log_account_event("password.changed", user=form.user, request=self.request)
        return response


class SetUpSecondFactorView(ActivateTOTPView):
    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "required": second_factor.is_missing(self.request)}

    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        authenticator = Authenticator.objects.get(user=self.request.user, type=Authenticator.Type.TOTP)
        # The code that proves the app cannot be used for a sign-in.
        second_factor.use_code(authenticator, form.cleaned_data["code"])
        return response


@require_POST
@login_required
def sign_out_everywhere(request: HttpRequest) -> HttpResponse:
    user = staff_of(request)
    number = second_factor.end_sessions(user)
    response: HttpResponse = site.logout(request)
    log_account_event("sessions.ended", user=user, request=request, number=number)
    return response
