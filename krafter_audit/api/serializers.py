"""Base classes of serializers, and fields that accept one JSON type only."""

import difflib
from datetime import UTC, datetime
from itertools import islice
from typing import Any, NoReturn
from urllib.parse import urlsplit
from uuid import UUID

from django.db.models import DateTimeField
from rest_framework import serializers

from krafter_audit.http.json_encoding import dump_json
from krafter_audit.http.timestamps import format_timestamp
from krafter_audit.http.urls import USE_WEB_URL
from krafter_audit.security.control_characters import is_invisible

# The fields of responses that only the system sets, unless a request has a field of that name.
READ_ONLY_FIELDS = frozenset(
    {
        "id", "org_id", "project_id", "task_id", "finding_id", "result", "verified_by_id", "verified_at",
        "created_at", "inserted_at", "updated_at", "active", "last_sync_at", "started_at", "finished_at",
        "archived_at", "author_id", "author_name", "checked_at", "disabled_at", "disabled_reason", "exported_at",
        "instructions", "key", "key_prefix", "kinds", "last_attempts", "last_delivery_at", "last_used_at", "method",
        "paused_until", "period_end", "period_start", "previous_secret_until", "provider", "revoked_at",
        "scan_id", "secret", "shared_at", "share_url", "snapshot", "source", "status", "summary", "token", "user_id",
    }
)  # fmt: skip
MIN_DATETIME = datetime(2000, 1, 1, tzinfo=UTC)
MAX_DATETIME = datetime(2200, 1, 1, tzinfo=UTC)
MAX_SUGGESTIONS = 50  # for a request: each compares a name with all known names
TOO_LARGE = "Send at most {limit} KiB of JSON; this has {kibibytes:,} KiB."
NOT_A_LIST = "Send a list."
UNKNOWN_FIELD = "Unknown field."
MAX_UNKNOWN_FIELDS = 100  # reported for one object
MAX_INVALID_ITEMS = 1000  # reported for the lists of a request; beyond, only the first of each list


def may_suggest(field: serializers.Field[Any, Any, Any, Any]) -> bool:
    """Count a suggestion of the nearest name; return whether the request may have another one."""
    context: Any = field.context  # one dictionary for all fields of a request
    context["suggestions"] = context.get("suggestions", 0) + 1
    return bool(context["suggestions"] <= MAX_SUGGESTIONS)


def may_continue(field: serializers.Field[Any, Any, Any, Any]) -> bool:
    """Count an invalid item of a list; return whether the request may have another one in that list."""
    context: Any = field.context
    context["invalid_items"] = context.get("invalid_items", 0) + 1
    return bool(context["invalid_items"] < MAX_INVALID_ITEMS)


class BoundedListField(serializers.ListField):
    """A list whose length is checked before its items, and whose invalid items are limited."""

    default_error_messages = {"not_a_list": NOT_A_LIST, "too_large": TOO_LARGE}

    def __init__(self, *, max_bytes: int | None = None, **options: Any) -> None:
        super().__init__(**options)
        self.max_bytes = max_bytes  # of JSON in UTF-8

    def run_child_validation(self, data: list[Any]) -> list[Any]:
        if self.max_length is not None and len(data) > self.max_length:
            self.fail("max_length", max_length=self.max_length)
        validated = self._validate_items(data)
        if self.max_bytes is not None:
            require_size(self, validated, self.max_bytes)
        return validated

    def _validate_items(self, data: list[Any]) -> list[Any]:
        validated, errors = [], {}
        for index, item in enumerate(data):
            try:
                validated.append(self.child.run_validation(item))
            except serializers.ValidationError as error:
                errors[index] = error.detail
                # An invalid item takes long to process.
                if not may_continue(self):
                    break
        if errors:
            raise serializers.ValidationError(errors)  # type: ignore[arg-type]  # by position, as of the parent class
        return validated


class StrictCharField(serializers.CharField):
    """A string; the parent class also accepts numbers, and texts of only invisible characters."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        text = str(super().to_internal_value(data))
        # A link with an invisible title would have no text.
        if not self.allow_blank and is_invisible(text):
            self.fail("blank")
        return text


class StrictEmailField(StrictCharField, serializers.EmailField):
    """One e-mail address."""


class StrictChoiceField(serializers.ChoiceField):
    default_error_messages = {"invalid_choice": "Use one of {choices_text}."}

    def fail(self, key: str, **kwargs: Any) -> NoReturn:
        super().fail(key, choices_text=", ".join(str(choice) for choice in self.choices), **kwargs)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            # The parent class fails on unhashable values.
            self.fail("invalid_choice", input=data)
        return str(super().to_internal_value(data))


class StrictUUIDField(serializers.UUIDField):
    """A UUID as a string; the parent class accepts integers too."""

    def to_internal_value(self, data: Any) -> UUID:
        if not isinstance(data, str):
            self.fail("invalid", value=data)
        return super().to_internal_value(data)


class StrictIntegerField(serializers.IntegerField):
    """An integer; the parent class accepts "5", 5.0 and true too."""

    def to_internal_value(self, data: Any) -> int:
        if not isinstance(data, int) or isinstance(data, bool):
            self.fail("invalid")
        return super().to_internal_value(data)


class StrictBooleanField(serializers.BooleanField):
    """A boolean; the parent class accepts "yes" and 1 too."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class UTCDateTimeField(serializers.DateTimeField):
    """A time between 2000 and 2200: ISO 8601 in requests, UTC in whole seconds with a Z in responses."""

    default_error_messages = {"range": "Use a time between the years 2000 and 2200."}

    def to_internal_value(self, value: Any) -> datetime:
        if not isinstance(value, str):
            self.fail("invalid", format="YYYY-MM-DDThh:mm:ssZ")
        try:
            parsed = super().to_internal_value(value)
        except OverflowError:
            self.fail("range")
        if not MIN_DATETIME <= parsed < MAX_DATETIME:
            self.fail("range")
        return parsed

    def to_representation(self, value: datetime) -> str:
        return format_timestamp(value)


class WebURLField(StrictCharField):
    """An http or https URL."""

    default_error_messages = {"form": USE_WEB_URL}

    def to_internal_value(self, data: Any) -> str:
        url = super().to_internal_value(data)
        try:
            parts = urlsplit(url)
        except ValueError:
            self.fail("form")
        if parts.scheme not in ("http", "https") or not parts.hostname or any(map(str.isspace, url)):
            self.fail("form")
        return url


def require_size(field: serializers.Field[Any, Any, Any, Any], value: Any, max_bytes: int) -> None:
    """Raise ValidationError (`too_large`) for a value of more than `max_bytes` of JSON in UTF-8."""
    size = len(dump_json(value))
    if size > max_bytes:
        field.fail("too_large", limit=max_bytes // 1024, kibibytes=-(-size // 1024))


class JSONObjectField(serializers.JSONField):
    """A JSON object that is stored as it was sent."""

    default_error_messages = {"not_an_object": "Send an object.", "too_large": TOO_LARGE}

    def __init__(self, *, max_bytes: int | None = None, **options: Any) -> None:
        super().__init__(**options)
        self.max_bytes = max_bytes  # of JSON in UTF-8

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if not isinstance(data, dict):
            self.fail("not_an_object")
        if self.max_bytes is not None:
            require_size(self, data, self.max_bytes)
        return data


class RequestSerializer(serializers.Serializer[Any]):
    """A request body."""

    default_error_messages = {"invalid": "Send an object."}
    rejected_fields: dict[str, str] = {}  # name → message that says what to do instead

    def to_internal_value(self, data: Any) -> Any:
        # Unknown fields are rejected by name, so that no typo is ignored.
        unknown = self._unknown(data)
        try:
            value = super().to_internal_value(data)
        except serializers.ValidationError as error:
            # The message is the first problem: "Did you mean title?" says more than that the title is missing.
            advised = {name: lines for name, lines in unknown.items() if lines != [UNKNOWN_FIELD]}
            raise serializers.ValidationError({**advised, **error.detail, **unknown}) from None  # type: ignore[dict-item]  # a dict here
        if unknown:
            raise serializers.ValidationError(unknown)
        return value

    def _unknown(self, data: Any) -> dict[str, list[str]]:
        if not isinstance(data, dict):
            return {}
        names = islice((name for name in data if name not in self.fields), MAX_UNKNOWN_FIELDS)
        return {name: [self._rejection(name)] for name in names}

    def _rejection(self, name: str) -> str:
        if name in self.rejected_fields:
            return self.rejected_fields[name]
        if name in READ_ONLY_FIELDS:
            return "This field is read-only."
        is_suggested = may_suggest(self)
        nearest = difflib.get_close_matches(name, list(self.fields), n=1) if is_suggested else []
        return f"{UNKNOWN_FIELD} Did you mean {nearest[0]}?" if nearest else UNKNOWN_FIELD


class ChangesRequestSerializer(RequestSerializer):
    """The fields of a row to change; at least one."""

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs:
            raise serializers.ValidationError("Send at least one field to change.")
        return attrs


class ResponseSerializer(serializers.ModelSerializer[Any]):
    """A row in a response; `Meta.fields` has the contract's keys in the contract's order."""

    serializer_field_mapping = {
        **serializers.ModelSerializer.serializer_field_mapping,
        DateTimeField: UTCDateTimeField,
    }

    def get_extra_kwargs(self) -> dict[str, Any]:
        # Every field is in every response, so the description must not make any optional.
        return {name: {"read_only": True} for name in self.Meta.fields}
