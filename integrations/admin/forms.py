from collections.abc import Collection, Mapping
from typing import Any

from django import forms
from unfold.widgets import (
    UnfoldAdminPasswordWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from integrations.providers.credential_fields import CredentialField
from integrations.providers.registry import PROVIDER_CLASSES

MAX_LENGTH, MAX_FILE_LENGTH = 2000, 20_000


class SecretTextarea(UnfoldAdminTextareaWidget):
    """A text area that does not show what was sent."""

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        return super().get_context(name, None, attrs)


class ConnectForm(forms.Form):
    """Credentials of a provider.

    `stored` are the choices of an earlier connection, None without one: its secrets stay if no new one is entered, and
    no choice of `servers` is changed.
    With `by_sign_in`, only what a sign-in does not provide.
    """

    without_test = forms.BooleanField(
        label="Connect without a test",
        required=False,
        widget=UnfoldBooleanSwitchWidget,
        help_text="Such as while the provider is unavailable. The first sync then reports what is wrong.",
    )

    def __init__(
        self,
        data: Any = None,
        *,
        provider: str,
        stored: Mapping[str, Any] | None,
        servers: Collection[str] = (),
        by_sign_in: bool = False,
    ) -> None:
        super().__init__(data, initial=dict(stored or {}))
        self.provider_class, self.has_stored = PROVIDER_CLASSES[provider], stored is not None
        self.servers = {name: (stored or {}).get(name) for name in servers if not by_sign_in}
        self.described = [
            field for field in self.provider_class.credential_fields if not (by_sign_in and field.by_sign_in)
        ]
        for field in self.described:
            self.fields[field.name] = _form_field(field, may_be_empty=self.has_stored and field.by_sign_in)
        self.order_fields([field.name for field in self.described])

    @property
    def choices(self) -> list[forms.BoundField]:
        return [self[field.name] for field in self.described if not field.by_sign_in]

    @property
    def secrets(self) -> list[forms.BoundField]:
        """The fields that a sign-in replaces."""
        return [self[field.name] for field in self.described if field.by_sign_in]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        entered = {field.name: cleaned[field.name] for field in self.described if cleaned.get(field.name)}
        if self.keeps_secrets(entered):
            # A choice that was emptied is stored as empty.
            self.credentials = {choice.name: cleaned.get(choice.name, "") for choice in self.choices}
            return cleaned
        for field in self.described:
            if field.is_required and field.name not in entered and field.name not in self.errors:
                self.add_error(field.name, "Enter it too: the stored credentials are replaced.")
        self.credentials = entered
        return cleaned

    def keeps_secrets(self, entered: Mapping[str, Any]) -> bool:
        """Return whether only choices are entered, and secrets are stored that are for the same server."""
        is_same_server = all(entered.get(name) == value for name, value in self.servers.items())
        return (
            self.has_stored
            and is_same_server
            and not any(field.by_sign_in and field.name in entered for field in self.described)
        )


def _form_field(field: CredentialField, *, may_be_empty: bool) -> forms.CharField:
    widget: forms.Widget
    if field.is_file:
        widget = SecretTextarea(attrs={"spellcheck": "false", "rows": 5})
    elif field.is_secret:
        widget = UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"})
    else:
        widget = UnfoldAdminTextInputWidget(attrs={"placeholder": field.example, "autocomplete": "off"})
    kept = " Leave it empty to keep the stored one." if may_be_empty and field.is_required else ""
    return forms.CharField(
        label=field.label,
        help_text=field.help + kept,
        required=field.is_required and not may_be_empty,
        max_length=MAX_FILE_LENGTH if field.is_file else MAX_LENGTH,
        widget=widget,
    )
