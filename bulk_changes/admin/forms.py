from collections.abc import Collection
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from unfold.widgets import UnfoldAdminSelectWidget

from accounts.models import User

KEEP = ("", "Keep")
NO_OWNER = "none"
MAX_OWNERS = 500  # to choose from


class SetValuesForm(forms.Form):
    """One select for each field; `changes` has the values to set, by column."""

    # The choices of each field, by its name.
    field_choices: ClassVar[dict[str, list[tuple[str, str]]]] = {}

    def __init__(self, data: Any = None, *, organizations: Collection[UUID]) -> None:
        super().__init__(data)
        for name, choices in self.field_choices.items():
            self.fields[name] = _select(name.replace("_", " ").capitalize(), choices)
        self.fields["owner"] = _select("Owner", [(NO_OWNER, "No owner"), *owner_choices(organizations)])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and not any(cleaned.values()):
            self.add_error(None, "Choose at least one value.")
        return cleaned

    @property
    def changes(self) -> dict[str, Any]:
        changes = {name: self.cleaned_data[name] for name in self.field_choices if self.cleaned_data[name]}
        owner = self.cleaned_data["owner"]
        return {**changes, **({"owner_id": None if owner == NO_OWNER else UUID(owner)} if owner else {})}


def owner_choices(organizations: Collection[UUID]) -> list[tuple[str, str]]:
    """Return the members of the organisations, by name."""
    members = User.objects.filter(memberships__organization__in=organizations).distinct()
    return [(str(user.pk), str(user)) for user in members.order_by("name", "email")[:MAX_OWNERS]]


def _select(label: str, choices: list[tuple[str, str]]) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label, choices=[KEEP, *choices], required=False, widget=UnfoldAdminSelectWidget
    )
