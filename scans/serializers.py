from typing import Any, ClassVar

from rest_framework import serializers

from accounts.serializers import ProjectResponseSerializer
from krafter_audit.api.serializers import (
    RequestSerializer,
    StrictCharField,
    StrictChoiceField,
    UTCDateTimeField,
)
from krafter_audit.http.urls import MAX_STORED_LENGTH
from scans.models import Scan


class RunScanRequestSerializer(RequestSerializer):
    """The URL to scan, by default the project's site, and what triggered the scan."""

    url = StrictCharField(max_length=MAX_STORED_LENGTH, required=False)
    trigger = StrictChoiceField(choices=Scan.Trigger.choices, required=False, default=Scan.Trigger.MANUAL)


class ScanSerializer(ProjectResponseSerializer):
    """A scan."""

    inserted_at = UTCDateTimeField(source="created_at")

    class Meta:
        model = Scan
        fields: ClassVar = [
            "id", "org_id", "project_id", "trigger", "status", "summary", "started_at", "finished_at",
            "inserted_at", "updated_at",
        ]  # fmt: skip


class CheckOutcomesSerializer(serializers.Serializer[Any]):
    """The number of checks by outcome."""

    passed = serializers.IntegerField()
    failed = serializers.IntegerField()
    inconclusive = serializers.IntegerField()
    not_applicable = serializers.IntegerField()


class ScanPageSerializer(serializers.Serializer[Any]):
    """A page of a scan and one scanner; `checked_at` is null until the page has been checked."""

    scanner = serializers.CharField(source="part.scanner")
    position = serializers.IntegerField()
    url = serializers.CharField()
    route = serializers.CharField()
    note = serializers.CharField()
    outcomes = CheckOutcomesSerializer()
    checked_at = UTCDateTimeField(allow_null=True)
    duration_ms = serializers.FloatField(allow_null=True)


class ScanResultSerializer(serializers.Serializer[Any]):
    """The result of one check on one page."""

    url = serializers.CharField(source="page.url")
    route = serializers.CharField(source="page.route")
    scanner = serializers.CharField(source="page.part.scanner")
    key = serializers.CharField()
    version = serializers.IntegerField()
    outcome = serializers.CharField()
    reason = serializers.SerializerMethodField()
    value = serializers.JSONField()
    samples = serializers.JSONField()
    unit = serializers.CharField()
    threshold = serializers.FloatField(allow_null=True)
    evidence = serializers.JSONField()
    tools = serializers.JSONField()
    profile = serializers.CharField()
    duration_ms = serializers.FloatField()
    seen_at = UTCDateTimeField()

    def get_reason(self, row: Any) -> str | None:
        """Return why the check was inconclusive, or null."""
        return row.reason or None
