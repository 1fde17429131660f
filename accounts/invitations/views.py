from typing import Any

from django import forms
from django.contrib.auth.forms import SetPasswordForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.errors import AlreadyJoined
from accounts.invitations import services
from accounts.invitations.links import invited_user, was_issued
from accounts.models import User, require_visible
from krafter_audit.api.middleware import request_id_of
from krafter_audit.web.public_pages import NOT_FOUND, error_page


class AcceptInvitationForm(SetPasswordForm[User]):
    name = forms.CharField(
        max_length=200,
        validators=[require_visible],
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    field_order = ("name", "new_password1", "new_password2")

    def clean(self) -> dict[str, Any] | None:
        self.user.name = self.cleaned_data.get("name", "")  # a password that is similar to it is refused
        return super().clean()


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def accept(request: HttpRequest, token: str) -> HttpResponse:
    """Show the form, or accept the invitation; 410 if the link is not valid any more, 404 if it never existed."""
    user = invited_user(token)
    if user is None:
        return _page(request, status=410) if was_issued(token) else error_page(*NOT_FOUND)
    form = AcceptInvitationForm(user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.accept(
                user,
                name=form.cleaned_data["name"],
                password=form.cleaned_data["new_password1"],
                request_id=request_id_of(request),
            )
        except AlreadyJoined:
            return _page(request, status=410)
        return _page(request, email=user.email)
    return _page(request, form=form, email=user.email, status=422 if form.is_bound else 200)


def _page(request: HttpRequest, *, status: int = 200, **context: Any) -> HttpResponse:
    # An accepted invitation does not end the session of another person in this browser.
    if request.user.is_authenticated:
        context["signed_in_as"] = request.user
    return render(request, "accounts/invitation.html", context, status=status)
