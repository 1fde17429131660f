from typing import Any, ClassVar

from rest_framework import serializers

from accounts.serializers import MemberIdField, ProjectResponseSerializer
from bulk_changes.serializers import BulkUpdateRequestSerializer, RowFilterRequestSerializer, choices_field
from findings.models import Domain, Severity
from findings.serializers import DismissalSerializer, FindingSerializer, UnvalidatedListField
from krafter_audit.api.lists.filters import MAX_SEARCH_LENGTH, MIN_SEARCH_LENGTH
from krafter_audit.api.serializers import (
    ChangesRequestSerializer,
    JSONObjectField,
    RequestSerializer,
    ResponseSerializer,
    StrictBooleanField,
    StrictCharField,
    StrictChoiceField,
    StrictUUIDField,
    UTCDateTimeField,
    WebURLField,
)
from krafter_audit.http.urls import MAX_STORED_LENGTH
from remediation.models import Evidence, Policy, Task, Verification
from remediation.verification_states import VerificationState
from scans.serializers import ScanSerializer

# JSON in UTF-8: a page of the policy's versions has 100 of them.
MAX_CONFIG_BYTES = 64 * 1024
UNSUPPORTED_FIELDS = {
    "description": "A task has no description. See recommended_fix of its finding.",
    "assignee": "A task has no assignee. Send owner_id, the UUID of a user.",
}


class CreateTaskRequestSerializer(RequestSerializer):
    """A task for a finding."""

    rejected_fields = UNSUPPORTED_FIELDS
    finding_id = StrictUUIDField()
    title = StrictCharField(max_length=300)
    priority = StrictChoiceField(choices=Severity.choices, required=False)
    owner_id = MemberIdField(required=False, allow_null=True)
    sla_due_at = UTCDateTimeField(required=False, allow_null=True)
    status = StrictChoiceField(choices=Task.Status.choices, required=False)
    external_ticket_key = StrictCharField(max_length=255, required=False, allow_null=True)
    pr_url = WebURLField(max_length=MAX_STORED_LENGTH, required=False, allow_null=True)


class TaskChangesRequestSerializer(ChangesRequestSerializer):
    """The fields that a bulk update of tasks sets; at least one."""

    rejected_fields = UNSUPPORTED_FIELDS | {
        "finding_id": "The finding of a task cannot be changed. Create a new task instead."
    }
    status = StrictChoiceField(choices=Task.Status.choices, required=False)
    priority = StrictChoiceField(choices=Severity.choices, required=False)
    owner_id = MemberIdField(required=False, allow_null=True)
    sla_due_at = UTCDateTimeField(required=False, allow_null=True)


class UpdateTaskRequestSerializer(TaskChangesRequestSerializer):
    """The fields of a task to change; at least one."""

    title = StrictCharField(max_length=300, required=False)
    external_ticket_key = StrictCharField(max_length=255, required=False, allow_null=True)
    pr_url = WebURLField(max_length=MAX_STORED_LENGTH, required=False, allow_null=True)


class BulkCreateTasksRequestSerializer(RequestSerializer):
    """Up to 1,000 tasks: all or none, or with mode `partial` those that are valid."""

    tasks = UnvalidatedListField(
        child=serializers.JSONField(),
        min_length=1,
        max_length=1000,
        help_text="Each as the body of `create_task`; with mode `partial` some may be invalid.",
    )
    mode = StrictChoiceField(choices=["all", "partial"], required=False, default="all")
    dry_run = StrictBooleanField(required=False, default=False)


class TaskFilterRequestSerializer(RowFilterRequestSerializer):
    """Selects tasks as the query parameters of their list do."""

    status = choices_field(Task.Status.choices)
    priority = choices_field(Severity.choices)
    owner_id = StrictUUIDField(required=False)
    finding_id = StrictUUIDField(required=False)
    campaign = StrictUUIDField(required=False)
    overdue = StrictBooleanField(required=False)
    q = StrictCharField(min_length=MIN_SEARCH_LENGTH, max_length=MAX_SEARCH_LENGTH, required=False)


class BulkUpdateTasksRequestSerializer(BulkUpdateRequestSerializer):
    """Change many tasks: `ids`, `filter` or `all`, and `set`; all or none, or with mode `partial` those that can be."""

    filter = TaskFilterRequestSerializer(required=False)
    set = TaskChangesRequestSerializer()


class BulkTaskResultItemSerializer(serializers.Serializer[Any]):
    """The result of one task of a bulk: valid is what a dry run would create."""

    index = serializers.IntegerField()
    status = serializers.ChoiceField(choices=["created", "valid", "invalid"])
    id = serializers.UUIDField(allow_null=True)
    details = serializers.DictField(allow_null=True)


class BulkCreateTasksResultSerializer(serializers.Serializer[Any]):
    """The number of tasks by result, each task's result, and the id by which the creation can be undone."""

    bulk_change_id = serializers.UUIDField(allow_null=True)
    created = serializers.IntegerField()
    invalid = serializers.IntegerField()
    dry_run = serializers.BooleanField()
    items = BulkTaskResultItemSerializer(many=True)


class RunVerificationRequestSerializer(RequestSerializer):
    """The task to verify."""

    task_id = StrictUUIDField()


class ApproveVerificationRequestSerializer(RequestSerializer):
    """Empty, or an override with its reason."""

    override = StrictBooleanField(required=False, default=False)
    reason = StrictCharField(max_length=2000, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["override"] != ("reason" in attrs):
            raise serializers.ValidationError({"reason": ["Send both override and reason, or neither."]})
        return attrs


class ReplacePolicyRequestSerializer(RequestSerializer):
    """The new policy, which replaces the present one."""

    name = StrictCharField(max_length=200, required=False)
    config = JSONObjectField(max_bytes=MAX_CONFIG_BYTES)
    plan_token = StrictCharField(max_length=2000, required=False)


class TestPolicyRequestSerializer(RequestSerializer):
    """The config to test."""

    config = JSONObjectField(max_bytes=MAX_CONFIG_BYTES)


class TaskSerializer(ResponseSerializer):
    """A task."""

    finding_id = serializers.UUIDField()
    owner_id = serializers.UUIDField(allow_null=True)

    class Meta:
        model = Task
        fields: ClassVar = [
            "id", "finding_id", "title", "status", "priority", "owner_id", "sla_due_at", "external_ticket_key",
            "pr_url", "created_at", "updated_at",
        ]  # fmt: skip


class TaskWithFindingSerializer(TaskSerializer):
    """A task; with `?include=finding` also its finding, with `?include=labels` its labels."""

    finding = FindingSerializer(required=False)
    labels = serializers.ListField(child=serializers.CharField(), required=False)

    class Meta(TaskSerializer.Meta):
        fields: ClassVar = [*TaskSerializer.Meta.fields, "finding", "labels"]


class FindingWithTasksSerializer(FindingSerializer):
    """A finding; with `?include=` also its newest 25 tasks and its dismissal."""

    tasks = TaskSerializer(many=True, required=False)
    dismissal = DismissalSerializer(required=False, allow_null=True)

    class Meta(FindingSerializer.Meta):
        fields: ClassVar = [*FindingSerializer.Meta.fields, "tasks", "dismissal"]


class VerificationCheckSerializer(serializers.Serializer[Any]):
    """A check of a verification; before and after are words or numbers."""

    key = serializers.CharField()
    before = serializers.JSONField()
    after = serializers.JSONField()
    status = serializers.ChoiceField(choices=["running", "passed", "failed", "inconclusive"])


class VerificationSerializer(ResponseSerializer):
    """A verification."""

    task_id = serializers.UUIDField()
    checks = VerificationCheckSerializer(many=True)
    verified_by_id = serializers.UUIDField(allow_null=True)

    class Meta:
        model = Verification
        fields: ClassVar = [
            "id", "task_id", "result", "checks", "verified_by_id", "verified_at", "created_at", "updated_at",
        ]  # fmt: skip


class VerificationWithStateSerializer(VerificationSerializer):
    """A verification; with `?include=state`, and in lists that filter by it, also what it waits for."""

    class Meta(VerificationSerializer.Meta):
        fields: ClassVar = [*VerificationSerializer.Meta.fields, "state"]


class VerificationWithTaskSerializer(VerificationSerializer):
    """A verification; with `?include=` also its state, its task and, of one verification, its warnings."""

    state = serializers.ChoiceField(choices=VerificationState.choices, required=False)
    task = TaskSerializer(required=False)
    warnings = serializers.ListField(
        child=serializers.CharField(),
        required=False,
        help_text="Of one verification: what to know before its verdict, empty after it.",
    )

    class Meta(VerificationWithStateSerializer.Meta):
        fields: ClassVar = [*VerificationWithStateSerializer.Meta.fields, "task", "warnings"]


class ApprovalSerializer(serializers.Serializer[Any]):
    """A person's approval."""

    user_id = serializers.UUIDField(allow_null=True)
    approved_at = UTCDateTimeField(source="created_at")
    withdrawn_at = UTCDateTimeField(allow_null=True)


class ApprovalStateSerializer(serializers.Serializer[Any]):
    """The approvals of a verification, and how many the policy requires."""

    verification_id = serializers.UUIDField()
    required = serializers.IntegerField()  # type: ignore[assignment]  # a field of the resource
    not_author = serializers.BooleanField(
        help_text="The person who set the task to ready to verify may not approve."
    )
    given = serializers.IntegerField(help_text="Without withdrawn ones.")
    approvals = ApprovalSerializer(many=True)


class EvidenceEntrySerializer(serializers.Serializer[Any]):
    """A link of the evidence chain; docs/evidence.md describes its hash and signature."""

    key = serializers.CharField()
    sequence = serializers.IntegerField()
    body = serializers.CharField(help_text="The canonical JSON that was hashed.")
    previous_hash = serializers.CharField()
    hash = serializers.CharField()
    kind = serializers.ChoiceField(choices=Evidence.Kind.values)
    format = serializers.IntegerField(help_text="1: hashed only. 2: hashed and signed.")
    key_id = serializers.CharField(help_text="The key that signed it; empty if it is not signed.")
    signature = serializers.CharField(help_text="Ed25519, base64.")


class VerificationEvidenceSerializer(serializers.Serializer[Any]):
    """The evidence of each check of a verification, and the verdicts."""

    verification_id = serializers.UUIDField()
    checks = serializers.ListField(child=serializers.DictField())
    chain = EvidenceEntrySerializer(many=True)
    verdicts = serializers.ListField(child=serializers.DictField())
    keys = serializers.ListField(
        child=serializers.DictField(), help_text="The public keys, as JSON Web Keys (RFC 8037)."
    )


class PolicySerializer(ProjectResponseSerializer):
    """A policy."""

    config = serializers.JSONField()

    class Meta:
        model = Policy
        fields: ClassVar = ["id", "name", "org_id", "project_id", "config", "active", "updated_at"]


class PolicyTestResultSerializer(serializers.Serializer[Any]):
    """The number of findings, those that are critical, and the config; optionally a simulation."""

    simulated_findings = serializers.IntegerField()
    escalated_to_critical = serializers.IntegerField()
    config_preview = serializers.JSONField()
    simulation = serializers.DictField(
        required=False, help_text="With ?simulate=true: the changes that the config would make."
    )
    plan_token = serializers.CharField(
        required=False, help_text="With ?simulate=true: send it with PUT to apply these changes."
    )


class CommandCenterSerializer(serializers.Serializer[Any]):
    """Counts of findings and tasks, and the latest scan."""

    findings_by_severity = serializers.DictField(child=serializers.IntegerField())
    findings_by_domain = serializers.DictField(child=serializers.IntegerField())
    findings_by_status = serializers.DictField(child=serializers.IntegerField())
    tasks_by_status = serializers.DictField(child=serializers.IntegerField())
    open_findings = serializers.IntegerField()
    overdue_tasks = serializers.IntegerField()
    latest_scan = ScanSerializer(allow_null=True)


class TaskCountsSerializer(serializers.Serializer[Any]):
    """The number of tasks."""

    total = serializers.IntegerField()
    by_status = serializers.DictField(child=serializers.IntegerField())
    by_priority = serializers.DictField(child=serializers.IntegerField())


class CheckThresholdSerializer(serializers.Serializer[Any]):
    """The threshold of a metric, which is a maximum (`max`) or a minimum (`min`)."""

    value = serializers.FloatField(help_text="As the project's policy sets it.")
    default = serializers.FloatField()
    unit = serializers.CharField()
    direction = serializers.ChoiceField(choices=["max", "min"])


class CheckReliabilitySerializer(serializers.Serializer[Any]):
    """The reliability of a check in this project, by the scans and verifications of the last 90 days."""

    runs = serializers.IntegerField(help_text="Runs on a page that passed or failed.")
    compared = serializers.IntegerField(
        help_text="Runs on a page that had not changed since the previous run."
    )
    flips = serializers.IntegerField(help_text="Compared runs with the opposite result.")
    flip_rate = serializers.FloatField(allow_null=True)
    fixes = serializers.IntegerField(help_text="Approved verifications in which the check passed.")
    returned_within_7_days = serializers.IntegerField(
        help_text="Fixes whose finding came back within 7 days."
    )
    returned_within_30_days = serializers.IntegerField()
    median_hours_to_fix = serializers.FloatField(source="median_hours", allow_null=True)
    measured_at = UTCDateTimeField()


class CheckSerializer(serializers.Serializer[Any]):
    """A check."""

    key = serializers.CharField()
    domain = serializers.ChoiceField(choices=Domain.values)
    kind = serializers.ChoiceField(choices=["http", "tls", "browser"])
    title = serializers.CharField()
    rule = serializers.CharField()
    severity = serializers.ChoiceField(choices=Severity.values)
    version = serializers.IntegerField()
    enabled = serializers.BooleanField()
    threshold = CheckThresholdSerializer(allow_null=True)
    reliability = CheckReliabilitySerializer(allow_null=True)
