from collections.abc import Collection
from typing import Any

from rest_framework import serializers

from events.names import ORGANIZATION_EVENTS, PROJECT_EVENTS, pattern_error
from events.representation import represent
from krafter_audit.api.serializers import (
    BoundedListField,
    RequestSerializer,
    StrictCharField,
    StrictChoiceField,
    StrictUUIDField,
    UTCDateTimeField,
)

NEWEST_FIRST, OLDEST_FIRST = "-created_at", "created_at"


class EventPatternsField(BoundedListField):
    """Names of events, or groups such as `finding.*`."""

    child = StrictCharField(max_length=60)

    def __init__(self, *, names: Collection[str] = frozenset(PROJECT_EVENTS), **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.names = names

    def to_internal_value(self, data: Any) -> list[str]:
        patterns = list(dict.fromkeys(super().to_internal_value(data)))
        errors = [error for pattern in patterns if (error := pattern_error(pattern, self.names))]
        if errors:
            raise serializers.ValidationError(errors)
        return patterns


class EventFilterSerializer(RequestSerializer):
    """The filters and the order of the feed."""

    type = EventPatternsField(required=False, default=list)
    subject = StrictUUIDField(required=False)
    created_after = UTCDateTimeField(required=False)
    created_before = UTCDateTimeField(required=False)
    sort = StrictChoiceField([NEWEST_FIRST, OLDEST_FIRST], required=False, default=NEWEST_FIRST)


class OrganizationEventFilterSerializer(EventFilterSerializer):
    """The filters and the order of the feed of an organisation."""

    type = EventPatternsField(names=frozenset(ORGANIZATION_EVENTS), required=False, default=list)


class EventSerializer(serializers.Serializer[Any]):
    """An entry of the audit log."""

    id = serializers.IntegerField()
    type = serializers.CharField()
    org_id = serializers.UUIDField()
    project_id = serializers.CharField()
    subject_id = serializers.UUIDField()
    actor = serializers.CharField()
    actor_id = serializers.UUIDField(allow_null=True)
    request_id = serializers.CharField()
    data = serializers.DictField()  # type: ignore[assignment]  # a field of the API; this serializer parses nothing
    created_at = UTCDateTimeField()

    def to_representation(self, instance: Any) -> dict[str, Any]:
        return represent(instance, self.context.get("project"))


class OrganizationEventSerializer(EventSerializer):
    """An entry of the audit log about the organisation itself."""

    project_id = serializers.CharField(allow_null=True, help_text="Always null.")
