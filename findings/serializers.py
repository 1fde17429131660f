from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.serializers import MemberIdField, ProjectResponseSerializer
from bulk_changes.serializers import BulkUpdateRequestSerializer, RowFilterRequestSerializer, choices_field
from findings import check_keys
from findings.imports import FORMATS
from findings.models import (
    CHECK_KEY,
    GIVEN_REASONS,
    MAX_CHECKS,
    MAX_DISMISSAL_COMMENT_LENGTH,
    Dismissal,
    Domain,
    Finding,
    FindingStatus,
    Regression,
    Severity,
)
from findings.services.evidence_limits import MAX_ASSETS, MAX_ASSETS_BYTES, MAX_EVIDENCE_BYTES, MAX_FIX_BYTES
from findings.services.identity import external_key
from krafter_audit.api.exceptions import validation_details
from krafter_audit.api.serializers import (
    NOT_A_LIST,
    TOO_LARGE,
    BoundedListField,
    ChangesRequestSerializer,
    JSONObjectField,
    RequestSerializer,
    ResponseSerializer,
    StrictCharField,
    StrictChoiceField,
    StrictIntegerField,
    may_suggest,
    require_size,
)

CONFIDENCE_WORDS = ("low", "medium", "high")


@extend_schema_field(
    {"oneOf": [{"type": "number", "minimum": 0, "maximum": 100}, {"enum": list(CONFIDENCE_WORDS)}]}
)
class ConfidenceField(serializers.Field[Any, Any, Any, Any]):
    """A number from 0 to 100, or low, medium or high; stored as it was sent."""

    default_error_messages = {"form": "Use a number from 0 to 100, or one of low, medium, high."}

    def to_internal_value(self, data: Any) -> Any:
        number = isinstance(data, int | float) and not isinstance(data, bool) and 0 <= data <= 100
        if not number and data not in CONFIDENCE_WORDS:
            self.fail("form")
        return data

    def to_representation(self, value: Any) -> Any:
        return value


class PriorityRequestSerializer(RequestSerializer):
    """Any of the four numbers, 0 to 100; omitted ones are derived from the severity."""

    impact = StrictIntegerField(min_value=0, max_value=100, required=False)
    effort = StrictIntegerField(min_value=0, max_value=100, required=False)
    risk = StrictIntegerField(min_value=0, max_value=100, required=False)
    score = StrictIntegerField(min_value=0, max_value=100, required=False)


class AffectedAssetRequestSerializer(RequestSerializer):
    """A page, element or host that the finding affects."""

    type = StrictCharField(max_length=50)
    value = StrictCharField(max_length=2000)


class RecommendedFixRequestSerializer(RequestSerializer):
    """How to fix the finding."""

    default_error_messages = {"too_large": TOO_LARGE}
    summary = StrictCharField(max_length=5000, allow_blank=True, required=False, default="")
    steps = BoundedListField(
        child=StrictCharField(max_length=5000), max_length=100, required=False, default=list
    )
    references = BoundedListField(
        child=StrictCharField(max_length=2000), max_length=100, required=False, default=list
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        require_size(self, attrs, MAX_FIX_BYTES)
        return attrs


class CheckKeyField(StrictCharField):
    """The stable key of a check of this installation."""

    default_error_messages = {
        "form": "Use lower-case letters, digits and underscores.",
        "unknown": "{message}",
    }

    def to_internal_value(self, data: Any) -> str:
        key = super().to_internal_value(data)
        if not CHECK_KEY.match(key):
            self.fail("form")
        if not check_keys.is_known(key):
            suggestion = check_keys.suggestion(key) if may_suggest(self) else ""
            self.fail("unknown", message=check_keys.unknown_key_message(key, suggestion))
        return key


class EvidenceField(JSONObjectField):
    """A JSON object, stored as it was sent; `MAX_EVIDENCE_BYTES` of JSON at most."""

    default_error_messages = {
        "too_large": "The evidence of a finding has {limit} KiB of JSON at most; this has {kibibytes:,} KiB. Send the "
        "beginning, and where the rest is.",
    }


class CreateFindingRequestSerializer(RequestSerializer):
    """A finding reported by any source."""

    rejected_fields = {"status": "A report does not set the status: change it by a PATCH of the finding."}
    domain = StrictChoiceField(choices=Domain.choices)
    title = StrictCharField(max_length=300)
    severity = StrictChoiceField(choices=Severity.choices, required=False)
    description = StrictCharField(max_length=20_000, allow_blank=True, required=False)
    confidence = ConfidenceField(required=False)
    priority = PriorityRequestSerializer(required=False)
    owner_id = MemberIdField(required=False, allow_null=True)
    affected_assets = BoundedListField(
        child=AffectedAssetRequestSerializer(),
        required=False,
        max_length=MAX_ASSETS,
        max_bytes=MAX_ASSETS_BYTES,
    )
    evidence = EvidenceField(required=False, max_bytes=MAX_EVIDENCE_BYTES)
    recommended_fix = RecommendedFixRequestSerializer(required=False)
    checks = BoundedListField(child=CheckKeyField(), max_length=MAX_CHECKS, required=False)
    external_id = StrictCharField(
        max_length=255,
        required=False,
        help_text="The source's own key of the finding: a report with the same one updates it, whatever its title.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "external_id" in attrs:
            attrs["source_key"] = external_key(attrs.pop("external_id"))
        if "checks" not in attrs:
            self._validate_named_checks(attrs.get("evidence"))
        return attrs

    def _validate_named_checks(self, evidence: Mapping[str, Any] | None) -> None:
        # These verify the finding if `checks` is left out.
        named = check_keys.keys_in_evidence(evidence)
        if named is None:
            return
        try:
            self.fields["checks"].run_validation(named)
        except serializers.ValidationError as error:
            raise serializers.ValidationError({"evidence": {"checks": error.detail}}) from None


class UnvalidatedListField(serializers.ListField):
    """A list whose items are validated one by one by `validate_items`, so that each gets its own result."""

    default_error_messages = {"not_a_list": NOT_A_LIST}

    def run_child_validation(self, data: list[Any]) -> list[Any]:
        return data


@extend_schema_field(
    {"oneOf": [{"type": "object", "additionalProperties": True}, {"type": "array", "items": {}}]}
)
class DocumentField(serializers.JSONField):
    """The JSON of a report, as the tool wrote it: an object, or a list for axe-core's command line."""

    default_error_messages = {"form": "Send the report as a JSON object, not as a text."}

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, dict | list):
            self.fail("form")
        return data


class BulkCreateFindingsRequestSerializer(RequestSerializer):
    """Up to 1,000 findings: all or nothing, or with mode `partial` a result for each."""

    findings = UnvalidatedListField(
        child=serializers.JSONField(),
        min_length=1,
        max_length=1000,
        help_text="Each as the body of `create_finding`; with mode `partial` some may be invalid.",
    )
    mode = StrictChoiceField(choices=["all", "partial"], required=False, default="all")


class ImportFindingsRequestSerializer(RequestSerializer):
    """A report of another tool."""

    format = StrictChoiceField(choices=list(FORMATS))
    document = DocumentField()


def validate_items(
    items: Sequence[Any],
    context: Mapping[str, Any],
    serializer_class: type[RequestSerializer] = CreateFindingRequestSerializer,
) -> tuple[dict[int, dict[str, Any]], dict[int, dict[str, Any]]]:
    """Validate each item of a bulk; return the valid ones, and the errors of the others, by position."""
    # One serializer for all items: its context caches the owners that were looked up.
    serializer = serializer_class(context=dict(context))
    valid, errors = {}, {}
    for index, item in enumerate(items):
        try:
            valid[index] = serializer.run_validation(item)
        except serializers.ValidationError as error:
            errors[index] = validation_details(error.detail)
    return valid, errors


class FindingChangesRequestSerializer(ChangesRequestSerializer):
    """The fields that a bulk update sets; at least one."""

    severity = StrictChoiceField(choices=Severity.choices, required=False)
    status = StrictChoiceField(choices=FindingStatus.choices, required=False)
    owner_id = MemberIdField(required=False, allow_null=True)


class UpdateFindingRequestSerializer(FindingChangesRequestSerializer):
    """The fields of a finding to change; at least one."""

    rejected_fields = dict.fromkeys(
        ("domain", "confidence", "priority", "affected_assets", "evidence", "checks", "external_id"),
        "This field is read-only here: a report of the finding (POST …/findings) sets it.",
    )
    title = StrictCharField(max_length=300, required=False)
    description = StrictCharField(max_length=20_000, allow_blank=True, required=False)
    recommended_fix = RecommendedFixRequestSerializer(required=False)


class DismissFindingRequestSerializer(RequestSerializer):
    """Why a finding is dismissed, and the last day (in UTC) on which that is accepted; it is reopened after it."""

    reason = StrictChoiceField(choices=GIVEN_REASONS)
    comment = StrictCharField(
        max_length=MAX_DISMISSAL_COMMENT_LENGTH, allow_blank=True, required=False, default=""
    )
    accepted_until = serializers.DateField(required=False, allow_null=True, default=None)


class FindingFilterRequestSerializer(RowFilterRequestSerializer):
    """Selects findings by severity, status and domain."""

    severity = choices_field(Severity.choices)
    status = choices_field(FindingStatus.choices)
    domain = choices_field(Domain.choices)


class BulkUpdateFindingsRequestSerializer(BulkUpdateRequestSerializer):
    """Change many findings: `ids`, `filter` or `all`, and `set`; all or none, or with mode `partial` those that can be.

    `dismissal` is the reason of `"set": {"status": "dismissed"}`.
    """

    filter = FindingFilterRequestSerializer(required=False)
    set = FindingChangesRequestSerializer()
    dismissal = DismissFindingRequestSerializer(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        attrs = super().validate(attrs)
        if "dismissal" in attrs and attrs["set"].get("status") != FindingStatus.DISMISSED:
            raise serializers.ValidationError({"dismissal": "Send it with the status dismissed."})
        return attrs


class PrioritySerializer(serializers.Serializer[Any]):
    """The numbers of a priority, 0 to 100."""

    impact = serializers.IntegerField()
    effort = serializers.IntegerField()
    risk = serializers.IntegerField()
    score = serializers.IntegerField()


class AffectedAssetSerializer(serializers.Serializer[Any]):
    """A page, element or host that the finding affects."""

    type = serializers.CharField()
    value = serializers.CharField()


class RecommendedFixSerializer(serializers.Serializer[Any]):
    """How to fix the finding."""

    summary = serializers.CharField()
    steps = serializers.ListField(child=serializers.CharField())
    references = serializers.ListField(child=serializers.CharField())


class FindingSerializer(ProjectResponseSerializer):
    """A finding."""

    priority = PrioritySerializer(source="*")
    owner_id = serializers.UUIDField(allow_null=True)
    affected_assets = AffectedAssetSerializer(many=True)
    recommended_fix = RecommendedFixSerializer()

    class Meta:
        model = Finding
        fields: ClassVar = [
            "id", "org_id", "project_id", "domain", "title", "description", "severity", "status", "confidence",
            "priority", "owner_id", "affected_assets", "evidence", "recommended_fix", "created_at", "updated_at",
        ]  # fmt: skip


class DismissalSerializer(ResponseSerializer):
    """A decision to dismiss a finding. It is in effect until `ended_at` is set."""

    finding_id = serializers.UUIDField()
    dismissed_by_id = serializers.UUIDField(allow_null=True)
    ended_by_id = serializers.UUIDField(allow_null=True)

    class Meta:
        model = Dismissal
        fields: ClassVar = [
            "id", "finding_id", "reason", "comment", "accepted_until", "dismissed_by_id", "ended_at", "end_reason",
            "ended_by_id", "created_at", "updated_at",
        ]  # fmt: skip


class FindingWithDismissalSerializer(FindingSerializer):
    """A finding with its dismissal, null if it is not dismissed."""

    dismissal = DismissalSerializer(allow_null=True)

    class Meta(FindingSerializer.Meta):
        fields: ClassVar = [*FindingSerializer.Meta.fields, "dismissal"]


class RegressionSerializer(ResponseSerializer):
    """A regression."""

    finding_id = serializers.UUIDField()

    class Meta:
        model = Regression
        fields: ClassVar = [
            "id", "finding_id", "verification_id", "trigger", "status", "opened_at", "closed_at", "created_at",
            "updated_at",
        ]  # fmt: skip


class RegressionWithDeploysSerializer(RegressionSerializer):
    """A regression; with `?include=deploys` also the deploys since the last check that passed."""

    deploy_ids = serializers.ListField(child=serializers.UUIDField(), required=False)

    class Meta(RegressionSerializer.Meta):
        fields: ClassVar = [*RegressionSerializer.Meta.fields, "deploy_ids"]


class BulkResultItemSerializer(serializers.Serializer[Any]):
    """The result of one item of a bulk."""

    index = serializers.IntegerField()
    status = serializers.ChoiceField(choices=["created", "updated", "invalid"])
    id = serializers.UUIDField(allow_null=True)
    details = serializers.DictField(allow_null=True)


class BulkResultSerializer(serializers.Serializer[Any]):
    """The number of items by result, and each item's result."""

    created = serializers.IntegerField()
    updated = serializers.IntegerField()
    invalid = serializers.IntegerField()
    items = BulkResultItemSerializer(many=True)


class FindingCountsSerializer(serializers.Serializer[Any]):
    """The number of findings, and the sum of their scores."""

    total = serializers.IntegerField()
    score = serializers.IntegerField()
    by_status = serializers.DictField(child=serializers.IntegerField())
    by_severity = serializers.DictField(child=serializers.IntegerField())
    by_domain = serializers.DictField(child=serializers.IntegerField())
