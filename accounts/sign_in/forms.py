import logging
from collections.abc import Callable
from typing import Any, ClassVar

from allauth.account.forms import ReauthenticateForm
from allauth.core import context
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as code_forms
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from django import forms
from django.contrib.auth.forms import PasswordResetForm, SetPasswordForm
from unfold.forms import AuthenticationForm
from unfold.widgets import INPUT_CLASSES

from accounts.sign_in import attempts, known_browsers, lockout, second_factor
from krafter_audit.security.vault import VaultError

logger = logging.getLogger(__name__)
KEY_MISSING = "Codes cannot be checked: a key of this installation is missing. Tell its operator."


class SignInForm(AuthenticationForm):
    # The same answer whether the account exists or not.
    error_messages: ClassVar = {"invalid_login": "The e-mail address or the password is wrong."}

    def clean(self) -> dict[str, Any]:
        email = self.cleaned_data.get("username")
        if not email or not self.cleaned_data.get("password"):
            return super().clean()
        account = known_browsers.account_subject(self.request, email)
        attempts.require_allowed(self.request, account, email=email)
        cleaned = super().clean()
        attempts.record_success(self.request, account)
        return cleaned


class StyledForm(forms.Form):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["class"] = " ".join(INPUT_CLASSES)
            field.widget.attrs.pop("placeholder", None)  # the label says it


class RequestPasswordResetForm(StyledForm, PasswordResetForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = "E-mail"  # as on the sign-in page


class ResetPasswordForm(StyledForm, SetPasswordForm):
    pass


class CodeForm(StyledForm, code_forms.AuthenticateForm):
    """A code of the authenticator app, or a recovery code. Each works once; guesses are paused."""

    def clean_code(self) -> str:
        return _check_code(self, super().clean_code)


class ConfirmCodeForm(StyledForm, code_forms.ReauthenticateForm):
    def clean_code(self) -> str:
        return _check_code(self, super().clean_code)


class ConfirmPasswordForm(StyledForm, ReauthenticateForm):
    pass


class SetUpForm(StyledForm, ActivateTOTPForm):
    pass


def _check_code(form: Any, clean: Callable[[], str]) -> str:
    request, codes = context.request, lockout.codes_subject(str(form.user.pk))
    attempts.require_allowed(request, codes, email=form.user.email)
    try:
        code = clean()
        authenticator = form.authenticator
        if authenticator.type == Authenticator.Type.TOTP and not second_factor.use_code(authenticator, code):
            raise get_adapter().validation_error("incorrect_code")
    except VaultError as error:
        logger.error("The second factor of user %s cannot be checked: %s", form.user.pk, error)
        raise forms.ValidationError(KEY_MISSING) from None
    attempts.record_success(request, codes)
    return code
