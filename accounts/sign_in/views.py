"""Sign in and out of the admin."""

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import perform_login
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.contrib.admin import site
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts.sign_in.forms import SignInForm


class SignInView(LoginView):
    """E-mail address and password, then the second factor where the account has one."""

    authentication_form = SignInForm
    template_name = "admin/login.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if site.has_permission(request):
            return redirect(self.get_success_url())
        response: HttpResponse = super().get(request, *args, **kwargs)
        return response

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        user = form.get_user()
        # As fresh as a confirmation of the password, so that the set-up of a second factor asks for none.
        record_authentication(self.request, user, method="password", reauthenticated=True)
        response: HttpResponse = perform_login(self.request, user, redirect_url=self.get_success_url())
        return response
