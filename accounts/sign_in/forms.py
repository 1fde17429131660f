"""Forms of the sign-in pages."""

from typing import Any

from unfold.forms import AuthenticationForm

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
