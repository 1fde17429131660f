from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from bulk_changes.decisions import Summary
from bulk_changes.models import BulkChange
from bulk_changes.services import BulkChangeResult
from krafter_audit.api.serializers import (
    BoundedListField,
    RequestSerializer,
    ResponseSerializer,
    StrictBooleanField,
    StrictChoiceField,
    StrictUUIDField,
)

MAX_CHOICES = 100  # of a filter


def choices_field(choices: Any) -> serializers.ListField:
    child = StrictChoiceField(choices=choices)
    return BoundedListField(child=child, required=False, min_length=1, max_length=MAX_CHOICES)


class RowFilterRequestSerializer(RequestSerializer):
    """Selects rows by at least one value: a filter that is left out by mistake must not select all."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict):
            # A single choice is accepted as a list of it.
            data = {
                name: [value]
                if isinstance(value, str) and isinstance(self.fields.get(name), BoundedListField)
                else value
                for name, value in data.items()
            }
        return super().to_internal_value(data)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs:
            raise serializers.ValidationError(
                "Send at least one filter. To change all rows, send all: true instead."
            )
        return attrs


class BulkUpdateRequestSerializer(RequestSerializer):
    """Selects rows by `ids`, by `filter` or with `all`, and changes all or none; by mode `partial` those that can be.

    Subclasses have `filter` and `set`.
    """

    ids = BoundedListField(child=StrictUUIDField(), required=False, min_length=1, max_length=1000)
    all = StrictBooleanField(required=False, default=False)
    mode = StrictChoiceField(choices=["all", "partial"], required=False, default="all")
    dry_run = StrictBooleanField(required=False, default=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if sum(bool(attrs.get(name)) for name in ("ids", "filter", "all")) != 1:
            raise serializers.ValidationError("Send either ids, filter or all: true.")
        return attrs


@extend_schema_field({"type": ["string", "boolean"]})
class ValueField(serializers.Field[Any, Any, Any, Any]):
    """A value of a row: a word, an id, a time, or null."""

    def to_representation(self, value: Any) -> Any:
        return value


class EffectSerializer(serializers.Serializer[Any]):
    """How many rows change from one value of a field to another."""

    field = serializers.CharField()
    before = ValueField(allow_null=True)
    after = ValueField(allow_null=True)
    rows = serializers.IntegerField()


class RefusalSerializer(serializers.Serializer[Any]):
    """A row that is not changed, with the error that a change of this single row would have."""

    id = serializers.UUIDField()
    code = serializers.CharField()
    message = serializers.CharField()


class BulkUpdateResultSerializer(serializers.Serializer[Any]):
    """How many rows matched, were changed (none by a dry run), had the values already, and were refused.

    `effects` counts what changes, or by a dry run would change; `refusals` has the first 100.
    """

    matched = serializers.IntegerField()
    updated = serializers.IntegerField()
    dry_run = serializers.BooleanField()
    bulk_change_id = serializers.UUIDField(allow_null=True)
    unchanged = serializers.IntegerField()
    refused = serializers.IntegerField()
    effects = EffectSerializer(many=True)
    refusals = RefusalSerializer(many=True)


def represent(result: BulkChangeResult | Summary) -> dict[str, Any]:
    """Return the data of a response about a bulk change, or about the preview of one."""
    summary, bulk_change = (
        (result.summary, result.bulk_change) if isinstance(result, BulkChangeResult) else (result, None)
    )
    return {
        "matched": summary.matched,
        "updated": summary.changed if bulk_change else 0,
        "dry_run": bulk_change is None,
        "bulk_change_id": bulk_change.pk if bulk_change else None,
        "unchanged": summary.unchanged,
        "refused": summary.refused,
        "effects": [
            {"field": field, "before": before, "after": after, "rows": rows}
            for (field, before, after), rows in summary.effects.most_common()
        ],
        "refusals": [
            {"id": decision.pk, "code": decision.error.code, "message": decision.error.message}
            for decision in summary.refusals
            if decision.error is not None  # each has one
        ],
    }


class BulkChangeSerializer(ResponseSerializer):
    """A bulk change, or the undo of one."""

    set = serializers.JSONField(source="changes")
    created_by_id = serializers.UUIDField(allow_null=True)
    undoes_id = serializers.UUIDField(allow_null=True)
    undone_by_id = serializers.SerializerMethodField()

    class Meta:
        model = BulkChange
        fields: ClassVar = [
            "id", "subject", "action", "set", "matched", "changed", "refused", "created_by_id", "undoes_id",
            "undone_by_id", "created_at", "updated_at",
        ]  # fmt: skip

    @extend_schema_field({"type": ["string", "null"], "format": "uuid"})
    def get_undone_by_id(self, row: BulkChange) -> str | None:
        """Return the id of the bulk change that has undone this one."""
        return str(row.undone_by.pk) if row.is_undone else None
