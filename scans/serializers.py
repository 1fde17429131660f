"""What is asked about scans, and what answers show of them."""

from typing import Any, ClassVar

from rest_framework import serializers

from findings.serializers import ProjectResponseSerializer
from krafter_audit.api.serializers import (
    RequestSerializer,
    StrictCharField,
    StrictChoiceField,
    UTCDateTimeField,
)
from scans.models import Scan


class RunScanRequestSerializer(RequestSerializer):
    """Which address to look at, and why."""

    url = StrictCharField(max_length=2000, required=False)
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
    """How many checks said what."""

    passed = serializers.IntegerField(default=0)
    failed = serializers.IntegerField(default=0)
    inconclusive = serializers.IntegerField(default=0)
    not_applicable = serializers.IntegerField(default=0)


class ScanPageSerializer(serializers.Serializer[Any]):
    """A page of a scan, as one scanner looks at it; `looked_at` is null until its turn has come."""

    scanner = serializers.CharField(source="part.scanner")
    position = serializers.IntegerField()
    url = serializers.CharField()
    route = serializers.CharField()
    note = serializers.CharField()
    outcomes = CheckOutcomesSerializer()
    looked_at = UTCDateTimeField(source="checked_at", allow_null=True)
    duration_ms = serializers.FloatField(allow_null=True)


class ScanResultSerializer(serializers.Serializer[Any]):
    """What one check said of one page."""

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
        """Why it could not be looked at."""
        return row.reason or None
