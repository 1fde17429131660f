"""Forms whose answers go to a service, judged by what the API would say."""

import json
from typing import Any, ClassVar

from django import forms
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from rest_framework.serializers import BaseSerializer

from krafter_audit.api.errors import ApiError


class ServiceForm(forms.ModelForm):
    """A form whose answers go to a service. What that refuses is shown in the form (see `RecordAdmin`)."""

    refusal: ClassVar[ApiError | None] = None

    def clean(self) -> dict[str, Any]:
        """Show the refusal."""
        if self.refusal is not None:
            self.add_error(None, reason(self.refusal))
        return super().clean() or self.cleaned_data


class SerializerForm(ServiceForm):
    """A form that is judged by the API's own request, so that a rule about a field is written once.

    `names` = the API's names of fields that it calls otherwise. `validated` = what the service is to be given.
    """

    serializer_class: ClassVar[type[BaseSerializer[Any]]]
    names: ClassVar[dict[str, str]] = {"owner": "owner_id"}
    validated: dict[str, Any]

    def clean(self) -> dict[str, Any]:
        """Add what the API would complain about to the fields."""
        cleaned = super().clean()
        self.validated = {}
        if not self.errors:
            self._ask(
                {self.names.get(name, name): written(cleaned[name]) for name in self.submitted_names(cleaned)}
            )
        return cleaned

    def submitted_names(self, cleaned: dict[str, Any]) -> list[str]:
        """Name the fields that are put to the API: what was filled in, or what was changed."""
        if self.instance._state.adding:
            return [name for name, value in cleaned.items() if value not in (None, "", [], {})]
        return [name for name in self.changed_data if name in cleaned]

    def context(self) -> dict[str, Any]:
        """Return the organisation and the project that the request is about."""
        project = self.cleaned_data.get("project") or self.instance.project
        return {"organization": project.organization, "project": project}

    def _ask(self, body: dict[str, Any]) -> None:
        if not body:
            return
        request = type(self).serializer_class(data=body, context=self.context())
        if request.is_valid():
            self.validated = dict(request.validated_data)
            return
        fields = {api: name for name, api in self.names.items()}
        for api, complaint in dict(request.errors).items():
            name = fields.get(api, api)
            self.add_error(name if name in self.fields else None, sentences(complaint))


def written(value: Any) -> Any:
    """Write what a form field holds as a JSON body would."""
    if isinstance(value, models.Model):
        return str(value.pk)
    return (
        value
        if isinstance(value, str | int | float | list | dict | None)
        else json.loads(json.dumps(value, cls=DjangoJSONEncoder))
    )


def sentences(complaint: Any) -> list[str]:
    """Flatten a serializer's complaint about one field."""
    if isinstance(complaint, dict):
        return [f"{name}: {line}" for name, inner in complaint.items() for line in sentences(inner)]
    if isinstance(complaint, list):
        return [line for inner in complaint for line in sentences(inner)]
    return [str(complaint)]


def reason(refusal: ApiError) -> str:
    """Say why: the sentences about the fields where there are any, else the refusal's own."""
    return " ".join(sentences(list((refusal.details or {}).values()))) or refusal.message
