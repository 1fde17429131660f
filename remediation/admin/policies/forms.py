"""The form of a policy, generated from the declared sections."""

import re
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.functional import cached_property
from unfold.widgets import (
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from accounts.models import require_visible
from remediation.policy_sections.declarations import (
    FieldKind,
    PolicyField,
    PolicySection,
    fields_by_name,
    sections,
)
from remediation.policy_sections.editing import edited, shown_value
from remediation.policy_versions.warnings import ignored_parts

# Business hours are used or ignored as a whole.
IGNORED_PART = re.compile(r"\S+ is ignored because of (\w+): ")


class SectionsForm(forms.Form):
    """The name of a policy and the fields of its sections; `config` is the edited config."""

    policy_name = forms.CharField(
        label="Name", max_length=200, validators=[require_visible], widget=UnfoldAdminTextInputWidget
    )

    def __init__(self, data: Any = None, *, name: str, config: dict[str, Any]) -> None:
        super().__init__(data, initial={"policy_name": name}, auto_id="policy_%s")
        self._stored = config
        for field in fields_by_name().values():
            self.fields[field.name] = form_field(field)
            self.initial[field.name] = shown_value(config, field)

    @property
    def config(self) -> dict[str, Any]:
        return edited(self._stored, self.cleaned_data)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.errors:
            for name, sentence in new_problems(self._stored, self.config):
                self.add_error(name, sentence)
        return cleaned

    def sections(self) -> list[tuple[PolicySection, list[tuple[PolicyField, forms.BoundField, list[str]]]]]:
        """Return the sections, except the checks, with their fields and the warnings about stored values."""
        return [
            (section, [self._row(field) for field in section.fields])
            for section in sections()
            if section.name != "checks"
        ]

    def _row(self, field: PolicyField) -> tuple[PolicyField, forms.BoundField, list[str]]:
        return field, self[field.name], self._warnings.get(field.name, [])

    @cached_property
    def _warnings(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for name, sentence in by_field(ignored_parts(self._stored))[0]:
            found.setdefault(name, []).append(explanation(sentence))
        return found

    def checks(self) -> dict[str, tuple[forms.BoundField, forms.BoundField | None, list[str]]]:
        """Return the fields of each check: enabled, threshold, warnings."""
        keys = [name.split(".")[1] for name in self.fields if name.endswith(".enabled")]
        return {
            key: (
                self[f"checks.{key}.enabled"],
                self[name] if (name := f"checks.{key}.threshold") in self.fields else None,
                [*self._warnings.get(f"checks.{key}.enabled", []), *self._warnings.get(name, [])],
            )
            for key in keys
        }


def new_problems(before: dict[str, Any], after: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the new parts of an edited config without effect: the field and the sentence."""
    known = set(ignored_parts(before))
    found = by_field(ignored_parts(after))[0]
    return [(name, explanation(sentence)) for name, sentence in found if sentence not in known]


def by_field(sentences: list[str]) -> tuple[list[tuple[str, str]], list[str]]:
    """Split sentences about a config: those about a field, with its name, and all others."""
    names = fields_by_name()
    about = [(_field_of(sentence, names), sentence) for sentence in sentences]
    about_field = [(name, text) for name, text in about if name in names]
    return about_field, [text for name, text in about if name not in names]


def _field_of(sentence: str, names: Iterable[str]) -> str:
    """Return the field that a sentence is about, or the first below its path."""
    path = sentence.split(" ", 1)[0].rstrip(":")
    if part := IGNORED_PART.match(sentence):
        path = f"{path}.{part[1]}"
    return next((name for name in names if name == path or name.startswith(f"{path}.")), path)


def explanation(sentence: str) -> str:
    reason = sentence.split(": ", 1)[-1]
    return reason[:1].upper() + reason[1:]


def form_field(field: PolicyField) -> forms.Field:
    options: dict[str, Any] = {"required": False, "label": field.label}
    # The table of checks has no labels, and the empty value is shown in the field.
    attrs = {"aria-label": field.label} if field.path[0] == "checks" else {}
    if field.kind == FieldKind.FLAG:
        return forms.BooleanField(widget=UnfoldBooleanSwitchWidget(attrs=attrs), **options)
    if field.kind == FieldKind.CHOICE:
        choices = [("", f"{field.empty} (default)" if field.empty else "Default"), *field.choices]
        return forms.ChoiceField(choices=choices, widget=UnfoldAdminSelectWidget, **options)
    if field.kind == FieldKind.CHOICES:
        return forms.MultipleChoiceField(
            choices=field.choices, widget=forms.CheckboxSelectMultiple, **options
        )
    attrs["placeholder"] = field.empty
    if field.kind in (FieldKind.WORDS, FieldKind.TEXT):
        return forms.CharField(widget=UnfoldAdminTextInputWidget(attrs=attrs), **options)
    options |= {"min_value": field.low, "max_value": field.high}
    if field.kind == FieldKind.WHOLE_NUMBER:
        return forms.IntegerField(widget=UnfoldAdminIntegerFieldWidget(attrs=attrs), **options)
    attrs["step"] = "any"
    return forms.FloatField(widget=UnfoldAdminDecimalFieldWidget(attrs=attrs), **options)
