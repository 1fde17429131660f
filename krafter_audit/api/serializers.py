"""What requests and answers are made of: strict fields, refused typos, times in whole seconds."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from rest_framework import serializers

from krafter_audit.http.timestamps import format_timestamp

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)


class StrictCharField(serializers.CharField):
    """A string; numbers are not taken for one."""

    def to_internal_value(self, data: Any) -> str:
        """Accept strings alone."""
        if not isinstance(data, str):
            self.fail("invalid")
        return str(super().to_internal_value(data))


class StrictChoiceField(serializers.ChoiceField):
    """One of the words; anything else is refused, lists and numbers too."""

    def to_internal_value(self, data: Any) -> str:
        """Accept one of the words."""
        if not isinstance(data, str):
            self.fail("invalid_choice", input=data)
        return str(super().to_internal_value(data))


class StrictUUIDField(serializers.UUIDField):
    """A UUID written as a string."""

    def to_internal_value(self, data: Any) -> UUID:
        """Accept a string alone (the parent takes numbers)."""
        if not isinstance(data, str):
            self.fail("invalid", value=data)
        return super().to_internal_value(data)


class StrictIntegerField(serializers.IntegerField):
    """A whole number; "5", 5.0 and true are not one."""

    def to_internal_value(self, data: Any) -> int:
        """Accept an int alone."""
        if not isinstance(data, int) or isinstance(data, bool):
            self.fail("invalid")
        return super().to_internal_value(data)


class StrictBooleanField(serializers.BooleanField):
    """true or false, not "yes"."""

    def to_internal_value(self, data: Any) -> bool:
        """Accept a bool alone."""
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class UTCDateTimeField(serializers.DateTimeField):
    """A time: ISO 8601 in; UTC in whole seconds with a Z out. Between the years 2000 and 2200."""

    default_error_messages = {"range": "Use a time between the years 2000 and 2200."}  # noqa: RUF012

    def to_internal_value(self, value: Any) -> datetime:
        """Accept a string alone, within the range."""
        if not isinstance(value, str):
            self.fail("invalid", format="YYYY-MM-DDThh:mm:ssZ")
        try:
            moment = super().to_internal_value(value)
        except OverflowError:
            self.fail("range")
        if not EARLIEST <= moment < LATEST:
            self.fail("range")
        return moment

    def to_representation(self, value: datetime) -> str:
        """Write UTC, whole seconds, Z."""
        return format_timestamp(value)


class JSONObjectField(serializers.JSONField):
    """An object that is kept as it is."""

    default_error_messages = {"not_an_object": "Send an object."}  # noqa: RUF012

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """Accept an object."""
        if not isinstance(data, dict):
            self.fail("not_an_object")
        return data


class RequestSerializer(serializers.Serializer[Any]):
    """A request body. Fields that it does not know are refused by name: a typo must not be swallowed."""

    refused_fields: dict[str, str] = {}  # noqa: RUF012  name → the sentence that says what to do instead

    def to_internal_value(self, data: Any) -> Any:
        """Refuse unknown fields together with every other complaint."""
        unknown = self._unknown(data)
        try:
            value = super().to_internal_value(data)
        except serializers.ValidationError as error:
            raise serializers.ValidationError({**error.detail, **unknown}) from None  # type: ignore[dict-item]  # a dict here
        if unknown:
            raise serializers.ValidationError(unknown)
        return value

    def _unknown(self, data: Any) -> dict[str, list[str]]:
        if not isinstance(data, dict):
            return {}
        extra = [name for name in data if name not in self.fields]
        return {name: [self.refused_fields.get(name, "There is no such field.")] for name in extra}


class ResponseSerializer(serializers.ModelSerializer[Any]):
    """An answer: the keys of the contract in the contract's order."""

    serializer_field_mapping = {  # noqa: RUF012
        **serializers.ModelSerializer.serializer_field_mapping,
    }

    def build_standard_field(self, field_name: str, model_field: Any) -> Any:
        """Write times in whole seconds."""
        field_class, kwargs = super().build_standard_field(field_name, model_field)
        if field_class is serializers.DateTimeField:
            return UTCDateTimeField, kwargs
        return field_class, kwargs
