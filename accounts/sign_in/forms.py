"""Forms of the sign-in pages."""

from typing import Any

from django.contrib.auth.forms import PasswordResetForm, SetPasswordForm
from unfold.forms import AuthenticationForm
from unfold.widgets import INPUT_CLASSES

from accounts.sign_in import guard, lockout


class SignInForm(AuthenticationForm):
    """E-mail address and password. The answer to a wrong one is the same whether the account exists or not."""

    def clean(self) -> dict[str, Any]:
        email = self.cleaned_data.get("username")
        if not email or not self.cleaned_data.get("password"):
            return super().clean()
        account = lockout.of_account(email)
        guard.require_attempt(self.request, account, email=email)
        cleaned = super().clean()
        guard.succeed(self.request, account)
        return cleaned


class RequestPasswordResetForm(PasswordResetForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _style(self)


class ResetPasswordForm(SetPasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _style(self)


def _style(form: Any) -> None:
    for field in form.fields.values():
        field.widget.attrs["class"] = " ".join(INPUT_CLASSES)
