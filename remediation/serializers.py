"""What is asked about tasks, verifications and policies, and what answers show."""

from typing import Any, ClassVar
from urllib.parse import urlsplit

from rest_framework import serializers

from findings.models import Severity
from findings.serializers import OwnerField, ProjectResponseSerializer
from krafter_audit.api.serializers import (
    JSONObjectField,
    RequestSerializer,
    ResponseSerializer,
    StrictBooleanField,
    StrictCharField,
    StrictChoiceField,
    StrictUUIDField,
    UTCDateTimeField,
)
from remediation.models import Evidence, Policy, Task, Verification
from scans.serializers import ScanSerializer


class WebURLField(StrictCharField):
    """An http or https address."""

    default_error_messages = {"form": "Use an http or https address."}  # noqa: RUF012

    def to_internal_value(self, data: Any) -> str:
        """Accept http and https alone."""
        url = super().to_internal_value(data)
        try:
            parts = urlsplit(url)
        except ValueError:
            self.fail("form")
        if parts.scheme not in ("http", "https") or not parts.hostname or any(c.isspace() for c in url):
            self.fail("form")
        return url


REFUSED = {
    "description": "Tasks have no description: the guidance is the finding's recommended_fix.",
    "assignee": "Tasks have no assignee: send owner_id, a user's UUID.",
}


class CreateTaskRequestSerializer(RequestSerializer):
    """A task for a finding."""

    rejected_fields = REFUSED
    finding_id = StrictUUIDField()
    title = StrictCharField(max_length=300)
    priority = StrictChoiceField(choices=Severity.choices, required=False)
    owner_id = OwnerField(required=False, allow_null=True)
    sla_due_at = UTCDateTimeField(required=False, allow_null=True)
    status = StrictChoiceField(choices=Task.Status.choices, required=False)
    external_ticket_key = StrictCharField(max_length=255, required=False, allow_null=True)
    pr_url = WebURLField(max_length=2000, required=False, allow_null=True)


class UpdateTaskRequestSerializer(RequestSerializer):
    """The fields of a task that may change; at least one."""

    rejected_fields = REFUSED | {"finding_id": "A task stays with its finding: make a new task instead."}
    title = StrictCharField(max_length=300, required=False)
    status = StrictChoiceField(choices=Task.Status.choices, required=False)
    priority = StrictChoiceField(choices=Severity.choices, required=False)
    owner_id = OwnerField(required=False, allow_null=True)
    sla_due_at = UTCDateTimeField(required=False, allow_null=True)
    external_ticket_key = StrictCharField(max_length=255, required=False, allow_null=True)
    pr_url = WebURLField(max_length=2000, required=False, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse a change of nothing."""
        if not attrs:
            raise serializers.ValidationError("Name at least one field to change.")
        return attrs


class RunVerificationRequestSerializer(RequestSerializer):
    """Which task to verify."""

    task_id = StrictUUIDField()


class ApproveVerificationRequestSerializer(RequestSerializer):
    """Nothing, or an override with its reason."""

    override = StrictBooleanField(required=False, default=False)
    reason = StrictCharField(max_length=2000, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse one without the other."""
        if attrs["override"] != ("reason" in attrs):
            raise serializers.ValidationError(
                {"reason": ["An override needs a reason, and a reason an override."]}
            )
        return attrs


class ReplacePolicyRequestSerializer(RequestSerializer):
    """The new policy, whole."""

    name = StrictCharField(max_length=200, required=False)
    config = JSONObjectField()
    plan_token = StrictCharField(max_length=2000, required=False)


class TestPolicyRequestSerializer(RequestSerializer):
    """The config to try."""

    config = JSONObjectField()


class TaskSerializer(ResponseSerializer):
    """A task, with the guide's keys in the guide's order."""

    finding_id = serializers.UUIDField()
    owner_id = serializers.UUIDField(allow_null=True)

    class Meta:
        model = Task
        fields: ClassVar = [
            "id", "finding_id", "title", "status", "priority", "owner_id", "sla_due_at", "external_ticket_key",
            "pr_url", "created_at", "updated_at",
        ]  # fmt: skip


class VerificationCheckSerializer(serializers.Serializer[Any]):
    """One check of a verification; before and after are words or numbers."""

    key = serializers.CharField()
    before = serializers.JSONField()
    after = serializers.JSONField()
    status = serializers.ChoiceField(choices=["running", "passed", "failed", "inconclusive"])


class VerificationSerializer(ResponseSerializer):
    """A verification, with the guide's keys in the guide's order."""

    task_id = serializers.UUIDField()
    checks = VerificationCheckSerializer(many=True)
    verified_by_id = serializers.UUIDField(allow_null=True)

    class Meta:
        model = Verification
        fields: ClassVar = [
            "id", "task_id", "result", "checks", "verified_by_id", "verified_at", "created_at", "updated_at",
        ]  # fmt: skip


class EvidenceEntrySerializer(serializers.Serializer[Any]):
    """One link of the chain; docs/evidence.md says how its hash and its signature are made."""

    key = serializers.CharField()
    sequence = serializers.IntegerField()
    body = serializers.CharField(help_text="The canonical JSON that was hashed.")
    previous_hash = serializers.CharField()
    hash = serializers.CharField()
    kind = serializers.ChoiceField(choices=Evidence.Kind.values)
    format = serializers.IntegerField(help_text="1: hashed only. 2: hashed and signed.")
    key_id = serializers.CharField(help_text="Which key signed it; empty where none did.")
    signature = serializers.CharField(help_text="Ed25519, base64.")


class VerificationEvidenceSerializer(serializers.Serializer[Any]):
    """What each check of a verification saw, and what was decided about it."""

    verification_id = serializers.UUIDField()
    checks = serializers.ListField(child=serializers.DictField())
    chain = EvidenceEntrySerializer(many=True)
    verdicts = serializers.ListField(child=serializers.DictField())
    keys = serializers.ListField(
        child=serializers.DictField(), help_text="The public keys, as JSON Web Keys (RFC 8037)."
    )


class PolicySerializer(ProjectResponseSerializer):
    """A policy, with the guide's keys in the guide's order."""

    config = serializers.JSONField()

    class Meta:
        model = Policy
        fields: ClassVar = ["id", "name", "org_id", "project_id", "config", "active", "updated_at"]


class PolicyTestResultSerializer(serializers.Serializer[Any]):
    """The guide's what-if."""

    simulated_findings = serializers.IntegerField()
    escalated_to_critical = serializers.IntegerField()
    config_preview = serializers.JSONField()
    simulation = serializers.DictField(required=False, help_text="With ?simulate=true: what would change.")
    plan_token = serializers.CharField(
        required=False, help_text="With ?simulate=true: PUT takes it to apply this plan."
    )


class CommandCenterSerializer(serializers.Serializer[Any]):
    """Where the project stands."""

    findings_by_severity = serializers.DictField(child=serializers.IntegerField())
    findings_by_domain = serializers.DictField(child=serializers.IntegerField())
    findings_by_status = serializers.DictField(child=serializers.IntegerField())
    tasks_by_status = serializers.DictField(child=serializers.IntegerField())
    open_findings = serializers.IntegerField()
    overdue_tasks = serializers.IntegerField()
    latest_scan = ScanSerializer(allow_null=True)
