import json
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.forms.fields import InvalidJSONInput
from rest_framework.serializers import BaseSerializer
from unfold.widgets import UnfoldAdminTextInputWidget

from krafter_audit.api.errors import ApiError, InvalidParams
from krafter_audit.api.parsers import parse_json

FIELDS_IN_URL = frozenset({"project", "organization"})  # in the URL of a request, not in its body
CONTEXT_FIELDS = FIELDS_IN_URL | {"finding"}  # without them, the serializer has no organisation


class DayInput(UnfoldAdminTextInputWidget):
    input_type = "date"


class DateTimeInput(forms.DateTimeInput):
    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__({"class": "k-input"}, format="%Y-%m-%dT%H:%M")


class StrictJSONField(forms.JSONField):
    """JSON that the API accepts as well."""

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str) and value not in self.empty_values:
            try:
                # Django's field fails with 500 for deep nesting and lone surrogates.
                parse_json(value.encode(), name="value")
            except ApiError as error:
                raise ValidationError(error_text(error)) from None
        return super().to_python(value)

    def bound_data(self, data: Any, initial: Any) -> Any:
        try:
            self.to_python(data)
        except ValidationError:
            return InvalidJSONInput(data)  # shown again as entered
        return super().bound_data(data, initial)


class ServiceForm(forms.ModelForm):
    """A form that shows the error of the service that it calls (see `ServiceModelAdmin`)."""

    service_error: ClassVar[ApiError | None] = None

    def clean(self) -> dict[str, Any]:
        if self.service_error is not None:
            self.add_error(None, error_text(self.service_error))
        return super().clean() or self.cleaned_data


class SerializerForm(ServiceForm):
    """A form that the API's request serializer validates, so that a rule is written once.

    `api_names` maps form fields to other names in the API; `validated` has the arguments for the service.
    """

    serializer_class: ClassVar[type[BaseSerializer[Any]]]
    api_names: ClassVar[dict[str, str]] = {"owner": "owner_id"}
    validated: dict[str, Any]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        self.validated = {}
        # `cleaned` lacks the fields with errors of their own: those of all other fields are shown with them.
        names = [name for name in self.submitted_names(cleaned) if name in cleaned]
        if names and not self.errors.keys() & CONTEXT_FIELDS:
            body = {self.api_names.get(name, name): to_json_value(cleaned[name]) for name in names}
            request = self.serializer_class(data=body, context=self.context())
            field_names = {api: name for name, api in self.api_names.items()}
            self.validated = validated_data(self, request, field_names)
        return cleaned

    def submitted_names(self, cleaned: dict[str, Any]) -> list[str]:
        # A change validates only changed fields: stored values may be older than the present rules.
        if self.instance._state.adding:
            names = [name for name, value in cleaned.items() if value not in (None, "", [], {})]
        else:
            names = [name for name in self.changed_data if name in cleaned]
        return [name for name in names if name not in FIELDS_IN_URL]

    def context(self) -> dict[str, Any]:
        project = self.cleaned_data.get("project") or self.instance.project
        return {"organization": project.organization, "project": project}


class ChangeForm(SerializerForm):
    """A form that changes what differs from its page as it was opened: the row may have changed since."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.show_hidden_initial = True


def validated_data(
    form: forms.BaseForm,
    request: BaseSerializer[Any],
    field_names: Mapping[str, str] = MappingProxyType({}),
) -> dict[str, Any]:
    """Return the data of the API's serializer; if it is not valid, show its errors in the form, and return none.

    `field_names` are those of the form's fields that have other names in the API.
    """
    if request.is_valid():
        return dict(request.validated_data)
    for api_name, lines in dict(request.errors).items():
        name, entered = field_names.get(api_name, api_name), request.initial_data.get(api_name)
        if name in form.errors:
            continue  # the serializer misses the value that the form has refused
        if isinstance(entered, list) and isinstance(lines, dict):
            # The serializer names the items of a list by their positions, which a form does not show.
            lines = {entered[position]: inner for position, inner in lines.items()}
        form.add_error(name if name in form.fields else None, flatten_errors(lines))
    return {}


def split_addresses(text: str) -> list[str]:
    """Return the e-mail addresses that a person has entered, separated by commas, semicolons, spaces or lines."""
    return re.sub(r"[,;]", " ", text).split()


def to_json_value(value: Any) -> Any:
    if isinstance(value, models.Model):
        return str(value.pk)
    return json.loads(json.dumps(value, cls=DjangoJSONEncoder))


def flatten_errors(errors: Any) -> list[str]:
    if isinstance(errors, dict):
        return [f"{name}: {line}" for name, inner in errors.items() for line in flatten_errors(inner)]
    if isinstance(errors, list):
        return [line for inner in errors for line in flatten_errors(inner)]
    return [str(errors)]


def error_text(error: ApiError) -> str:
    """Return the messages about fields, or the error's own."""
    if not isinstance(error, InvalidParams):
        return error.message  # the error's details are for programs: ids, numbers, keys of checks
    sentences = [lines for lines in (error.details or {}).values() if isinstance(lines, list | dict)]
    return " ".join(flatten_errors(sentences)) or error.message
