from typing import Any, ClassVar

from rest_framework import serializers

from krafter_audit.api.serializers import (
    RequestSerializer,
    ResponseSerializer,
    StrictCharField,
    StrictIntegerField,
    UTCDateTimeField,
)
from remediation.sla.clock import ClockState
from remediation.sla.models import MAX_REASON_LENGTH, SlaExtension, SlaOutcome, SlaRecalculation
from remediation.sla.policy import MAX_EXTENSION_HOURS

CLOCK_STATES = ("running", "paused", "overdue", "stopped", "none")


class ExtendDueDateRequestSerializer(RequestSerializer):
    """The reason, and either the new due date or the hours that are added: hours that count."""

    reason = StrictCharField(max_length=MAX_REASON_LENGTH)
    hours = StrictIntegerField(min_value=1, max_value=MAX_EXTENSION_HOURS, required=False)
    due_at = UTCDateTimeField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("hours" in attrs) == ("due_at" in attrs):
            raise serializers.ValidationError("Send either hours or due_at.")
        return attrs


class IntervalSerializer(serializers.Serializer[Any]):
    """A part of the clock. The next one begins where it ends; without an end it continues."""

    state = serializers.ChoiceField(choices=[state.value for state in ClockState])
    cause = serializers.CharField()
    start = UTCDateTimeField()
    end = UTCDateTimeField(allow_null=True)
    seconds_counted = serializers.SerializerMethodField()
    elapsed = serializers.BooleanField(help_text="It was before `as_of`.")

    def get_seconds_counted(self, interval: Any) -> int:
        return int(interval.counted.total_seconds())


class ExtensionSerializer(ResponseSerializer):
    """An extension of a due date. A paused clock had no due dates."""

    extended_by_id = serializers.UUIDField(allow_null=True)
    seconds = serializers.SerializerMethodField(help_text="The time that counts, which was added.")

    class Meta:
        model = SlaExtension
        fields: ClassVar = [
            "id", "extended_by_id", "reason", "seconds", "due_before", "due_after", "created_at",
        ]  # fmt: skip

    def get_seconds(self, extension: SlaExtension) -> int:
        return round(extension.amount.total_seconds())


class SlaClockSerializer(serializers.Serializer[Any]):
    """The SLA clock of a task: the intervals sum to the due date and, those to come, to the time left."""

    task_id = serializers.UUIDField(source="task.pk")
    state = serializers.ChoiceField(choices=CLOCK_STATES)
    started_at = UTCDateTimeField(source="clock.started_at")
    sla_due_at = UTCDateTimeField(source="task.sla_due_at", allow_null=True)
    as_of = UTCDateTimeField(help_text="Now, or when the task was done.")
    seconds_allowed = serializers.SerializerMethodField()
    seconds_left = serializers.SerializerMethodField(help_text="Negative after the due date.")
    outcome = serializers.ChoiceField(
        choices=SlaOutcome.choices, allow_null=True, help_text="Of a task that is done."
    )
    stopped_at = UTCDateTimeField(source="task.sla_stopped_at", allow_null=True)
    from_policy = serializers.BooleanField(source="task.sla_from_policy")
    policy_version = serializers.IntegerField(
        source="task.sla_policy_version",
        allow_null=True,
        help_text="The version of the policy whose `sla` the clock follows.",
    )
    time_zone = serializers.CharField()
    intervals = IntervalSerializer(many=True)
    extensions = ExtensionSerializer(many=True)

    def get_seconds_allowed(self, clock: Any) -> int | None:
        return None if clock.allowed_time is None else int(clock.allowed_time.total_seconds())

    def get_seconds_left(self, clock: Any) -> int | None:
        return None if clock.time_left is None else int(clock.time_left.total_seconds())


class SlaRecalculationSerializer(ResponseSerializer):
    """The due dates that a change of the policy has moved so far. It is finished when `finished_at` is set."""

    class Meta:
        model = SlaRecalculation
        fields: ClassVar = [
            "id", "policy_version", "checked", "moved", "added", "removed", "overdue_at_once",
            "superseded", "error", "created_at", "updated_at", "finished_at",
        ]  # fmt: skip
