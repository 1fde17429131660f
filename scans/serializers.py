"""What is asked about scans, and what answers show of them."""

from typing import Any, ClassVar

from rest_framework import serializers

from findings.serializers import InProject
from krafter_audit.api.serializers import Asked, Choice, Moment, Text
from scans.models import Scan


class RunScan(Asked):
    """Which address to look at, and why."""

    url = Text(max_length=2000, required=False)
    trigger = Choice(choices=Scan.Trigger.choices, required=False, default=Scan.Trigger.MANUAL)


class ScanShown(InProject):
    """A scan."""

    inserted_at = Moment(source="created_at")

    class Meta:
        model = Scan
        fields: ClassVar = [
            "id", "org_id", "project_id", "trigger", "status", "summary", "started_at", "finished_at",
            "inserted_at", "updated_at",
        ]  # fmt: skip


class OutcomesShown(serializers.Serializer[Any]):
    """How many checks said what."""

    passed = serializers.IntegerField(default=0)
    failed = serializers.IntegerField(default=0)
    inconclusive = serializers.IntegerField(default=0)
    not_applicable = serializers.IntegerField(default=0)


class ScanPageShown(serializers.Serializer[Any]):
    """A page of a scan, as one scanner looks at it; `looked_at` is null until its turn has come."""

    scanner = serializers.CharField(source="part.scanner")
    position = serializers.IntegerField()
    url = serializers.CharField()
    route = serializers.CharField()
    note = serializers.CharField()
    outcomes = OutcomesShown()
    looked_at = Moment(allow_null=True)
    duration_ms = serializers.FloatField(allow_null=True)


class ScanResultShown(serializers.Serializer[Any]):
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
    seen_at = Moment()

    def get_reason(self, row: Any) -> str | None:
        """Why it could not be looked at."""
        return row.reason or None
