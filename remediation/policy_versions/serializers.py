from typing import Any, ClassVar

from rest_framework import serializers

from accounts.serializers import ProjectResponseSerializer
from krafter_audit.api.serializers import RequestSerializer, StrictCharField, UTCDateTimeField
from remediation.models import Policy


class PolicyVersionSerializer(ProjectResponseSerializer):
    """A version of the policy. The current one is active, and has the id of the policy."""

    config = serializers.JSONField()
    replaced_at = UTCDateTimeField(allow_null=True)
    replaced_by_id = serializers.UUIDField(allow_null=True)

    class Meta:
        model = Policy
        fields: ClassVar = [
            "id", "name", "org_id", "project_id", "config", "active", "version", "replaced_at", "replaced_by_id",
        ]  # fmt: skip


class PolicyDifferenceSerializer(serializers.Serializer[Any]):
    """A value that differs between two versions."""

    path = serializers.CharField(help_text="A JSON Pointer (RFC 6901), such as /sla_hours/critical.")
    change = serializers.ChoiceField(choices=["added", "removed", "changed"])
    before = serializers.JSONField(help_text="Null if it was added.")
    after = serializers.JSONField(help_text="Null if it was removed.")


class PolicyComparisonSerializer(serializers.Serializer[Any]):
    """The changes from one version to another."""

    before_id = serializers.UUIDField()
    after_id = serializers.UUIDField()
    name_changed = serializers.BooleanField()
    changes = PolicyDifferenceSerializer(many=True)


class RestorePolicyRequestSerializer(RequestSerializer):
    """Empty, or the plan of a test of the version's config, which then also changes existing rows."""

    plan_token = StrictCharField(max_length=2000, required=False)
