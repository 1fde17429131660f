from datetime import datetime
from typing import Any, ClassVar

from django.utils import timezone
from rest_framework import serializers

from assurance.models import CLOCK_TOLERANCE, SHA, Deploy, GuardRun, GuardWindow, PullRequest
from krafter_audit.api.serializers import (
    RequestSerializer,
    ResponseSerializer,
    StrictCharField,
    UTCDateTimeField,
    WebURLField,
)
from krafter_audit.http.urls import MAX_STORED_LENGTH
from remediation.serializers import FindingWithTasksSerializer


class RecordDeployRequestSerializer(RequestSerializer):
    """A deploy that has started, or one that has finished."""

    sha = StrictCharField(max_length=64)
    environment = StrictCharField(max_length=100)
    url = WebURLField(max_length=MAX_STORED_LENGTH, required=False)
    started_at = UTCDateTimeField(required=False)
    finished_at = UTCDateTimeField(required=False)

    def validate_sha(self, value: str) -> str:
        if not SHA.match(value.lower()):
            raise serializers.ValidationError("Use 7 to 64 hexadecimal digits.")
        return value.lower()

    def validate_started_at(self, value: datetime) -> datetime:
        # No deploy would be newer until then.
        if value > timezone.now() + CLOCK_TOLERANCE:
            raise serializers.ValidationError("Must not be in the future. Send the time in UTC.")
        return value

    validate_finished_at = validate_started_at

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        started, finished = attrs.get("started_at"), attrs.get("finished_at")
        if started and finished and finished < started:
            raise serializers.ValidationError({"finished_at": ["Send a time after started_at."]})
        return attrs


class DeploySerializer(ResponseSerializer):
    """A deploy."""

    scan_id = serializers.UUIDField(allow_null=True, help_text="The scan that it has started.")

    class Meta:
        model = Deploy
        fields: ClassVar = [
            "id", "sha", "environment", "url", "started_at", "finished_at", "source", "scan_id", "created_at",
            "updated_at",
        ]  # fmt: skip


class PullRequestSerializer(ResponseSerializer):
    """The pull request of a task."""

    task_id = serializers.UUIDField()
    deploy_id = serializers.UUIDField(allow_null=True)
    verification_id = serializers.UUIDField(allow_null=True)

    class Meta:
        model = PullRequest
        fields: ClassVar = [
            "id", "task_id", "url", "status", "merge_sha", "deploy_id", "verification_id", "note", "created_at",
            "updated_at",
        ]  # fmt: skip


class GuardRunSerializer(ResponseSerializer):
    """A run of the checks of a guard window."""

    verification_id = serializers.UUIDField(allow_null=True)
    deploy_id = serializers.UUIDField(allow_null=True)

    class Meta:
        model = GuardRun
        fields: ClassVar = [
            "id", "trigger", "deploy_id", "due_at", "started_at", "attempts", "status", "verification_id",
        ]  # fmt: skip


class GuardWindowSerializer(ResponseSerializer):
    """A guard window."""

    finding_id = serializers.UUIDField()
    verification_id = serializers.UUIDField()

    class Meta:
        model = GuardWindow
        fields: ClassVar = [
            "id", "finding_id", "verification_id", "status", "runs_passed", "runs_total", "ends_at", "created_at",
            "updated_at",
        ]  # fmt: skip


class FindingWithGuardSerializer(FindingWithTasksSerializer):
    """A finding; with `?include=` also its newest 25 tasks, its dismissal and its newest guard window."""

    guard = GuardWindowSerializer(required=False, allow_null=True)

    class Meta(FindingWithTasksSerializer.Meta):
        fields: ClassVar = [*FindingWithTasksSerializer.Meta.fields, "guard"]


class GuardWindowWithRunsSerializer(GuardWindowSerializer):
    """A guard window with its runs, in the order in which they are due."""

    runs = GuardRunSerializer(many=True)

    class Meta(GuardWindowSerializer.Meta):
        fields: ClassVar = [*GuardWindowSerializer.Meta.fields, "runs"]
