"""What is asked about findings, and what answers show."""

from typing import Any, ClassVar, cast

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.models import Membership
from findings.models import CHECK_KEY, MAX_CHECKS, Domain, Finding, FindingStatus, Regression, Severity
from krafter_audit.api.serializers import (
    JSONObjectField,
    RequestSerializer,
    ResponseSerializer,
    StrictBooleanField,
    StrictCharField,
    StrictChoiceField,
    StrictIntegerField,
    StrictUUIDField,
)

CONFIDENCE_WORDS = ("low", "medium", "high")


class OwnerField(StrictUUIDField):
    """A member of the organisation, or null."""

    default_error_messages = {"stranger": "This user is not a member of the organisation."}  # noqa: RUF012

    def to_internal_value(self, data: Any) -> Any:
        """Refuse people from elsewhere."""
        user_id = super().to_internal_value(data)
        known = cast("dict[str, Any]", self.context).setdefault("members", {})
        if user_id not in known:
            members = Membership.objects.filter(organization=self.context["organization"], user_id=user_id)
            known[user_id] = members.exists()
        if not known[user_id]:
            self.fail("stranger")
        return user_id


@extend_schema_field(
    {"oneOf": [{"type": "number", "minimum": 0, "maximum": 100}, {"enum": list(CONFIDENCE_WORDS)}]}
)
class ConfidenceField(serializers.Field[Any, Any, Any, Any]):
    """A number from 0 to 100, or low, medium or high; kept as it was sent."""

    default_error_messages = {"form": "Use a number from 0 to 100, or one of low, medium, high."}  # noqa: RUF012

    def to_internal_value(self, data: Any) -> Any:
        """Accept a number in range or one of the words."""
        number = isinstance(data, int | float) and not isinstance(data, bool) and 0 <= data <= 100
        if not number and data not in CONFIDENCE_WORDS:
            self.fail("form")
        return data

    def to_representation(self, value: Any) -> Any:
        """Show it as it was sent."""
        return value


class PriorityRequestSerializer(RequestSerializer):
    """Any of the four numbers, 0 to 100; what is left out is worked out from the severity."""

    impact = StrictIntegerField(min_value=0, max_value=100, required=False)
    effort = StrictIntegerField(min_value=0, max_value=100, required=False)
    risk = StrictIntegerField(min_value=0, max_value=100, required=False)
    score = StrictIntegerField(min_value=0, max_value=100, required=False)


class AffectedAssetRequestSerializer(RequestSerializer):
    """Something that the finding is about: a page, an element, a host."""

    type = StrictCharField(max_length=50)
    value = StrictCharField(max_length=2000)


class RecommendedFixRequestSerializer(RequestSerializer):
    """How to mend it."""

    summary = StrictCharField(max_length=5000, allow_blank=True, required=False, default="")
    steps = serializers.ListField(
        child=StrictCharField(max_length=5000), max_length=100, required=False, default=list
    )
    references = serializers.ListField(
        child=StrictCharField(max_length=2000), max_length=100, required=False, default=list
    )


class CheckKeyField(StrictCharField):
    """The stable key of a check."""

    default_error_messages = {"form": "A check's key is lower-case letters, digits and underscores."}  # noqa: RUF012

    def to_internal_value(self, data: Any) -> str:
        """Accept the form of a key; which checks an installation has may differ."""
        key = super().to_internal_value(data)
        if not CHECK_KEY.match(key):
            self.fail("form")
        return key


class CreateFindingRequestSerializer(RequestSerializer):
    """One finding, from any source."""

    domain = StrictChoiceField(choices=Domain.choices)
    title = StrictCharField(max_length=300)
    severity = StrictChoiceField(choices=Severity.choices, required=False)
    description = StrictCharField(max_length=20_000, allow_blank=True, required=False)
    confidence = ConfidenceField(required=False)
    priority = PriorityRequestSerializer(required=False)
    owner_id = OwnerField(required=False, allow_null=True)
    affected_assets = serializers.ListField(
        child=AffectedAssetRequestSerializer(), required=False, max_length=1000
    )
    evidence = JSONObjectField(required=False)
    recommended_fix = RecommendedFixRequestSerializer(required=False)
    checks = serializers.ListField(child=CheckKeyField(), max_length=MAX_CHECKS, required=False)


class UnvalidatedListField(serializers.ListField):
    """A list whose items the service validates, so that each gets its own result."""

    def run_child_validation(self, data: list[Any]) -> list[Any]:
        """Return the items unvalidated."""
        return data


class BulkCreateFindingsRequestSerializer(RequestSerializer):
    """Many findings at once. The items are looked at one by one in the view, so that each gets its own answer."""

    findings = UnvalidatedListField(
        child=serializers.JSONField(allow_null=True), min_length=1, max_length=1000
    )
    mode = StrictChoiceField(choices=["all", "partial"], required=False, default="all")


class UpdateFindingRequestSerializer(RequestSerializer):
    """The fields of a finding that a person may change; at least one."""

    severity = StrictChoiceField(choices=Severity.choices, required=False)
    status = StrictChoiceField(choices=FindingStatus.choices, required=False)
    owner_id = OwnerField(required=False, allow_null=True)
    title = StrictCharField(max_length=300, required=False)
    description = StrictCharField(max_length=20_000, allow_blank=True, required=False)
    recommended_fix = RecommendedFixRequestSerializer(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse a change of nothing."""
        if not attrs:
            raise serializers.ValidationError("Name at least one field to change.")
        return attrs


class FindingChangesRequestSerializer(RequestSerializer):
    """What a bulk update sets."""

    severity = StrictChoiceField(choices=Severity.choices, required=False)
    status = StrictChoiceField(choices=FindingStatus.choices, required=False)
    owner_id = OwnerField(required=False, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse a change of nothing."""
        if not attrs:
            raise serializers.ValidationError("Name at least one field to set.")
        return attrs


class FindingFilterRequestSerializer(RequestSerializer):
    """Which findings, by what they are."""

    severity = serializers.ListField(child=StrictChoiceField(choices=Severity.choices), required=False)
    status = serializers.ListField(child=StrictChoiceField(choices=FindingStatus.choices), required=False)
    domain = serializers.ListField(child=StrictChoiceField(choices=Domain.choices), required=False)

    def to_internal_value(self, data: Any) -> Any:
        """Take a single word for a list of one."""
        if isinstance(data, dict):
            data = {name: [value] if isinstance(value, str) else value for name, value in data.items()}
        return super().to_internal_value(data)


class BulkUpdateFindingsRequestSerializer(RequestSerializer):
    """Change many findings: `ids` or `filter`, and `set`."""

    ids = serializers.ListField(child=StrictUUIDField(), required=False, min_length=1, max_length=1000)
    filter = FindingFilterRequestSerializer(required=False)
    set = FindingChangesRequestSerializer()
    dry_run = StrictBooleanField(required=False, default=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse neither and both."""
        if ("ids" in attrs) == ("filter" in attrs):
            raise serializers.ValidationError("Send either ids or filter.")
        return attrs


class ProjectResponseSerializer(ResponseSerializer):
    """An answer that names its organisation and its project."""

    org_id = serializers.SerializerMethodField()
    project_id = serializers.SerializerMethodField()

    def get_org_id(self, row: Any) -> str:
        """The organisation's id."""
        return str(self.context["organization"].pk)

    def get_project_id(self, row: Any) -> str:
        """The project's slug."""
        return str(self.context["project"].slug)


class PrioritySerializer(serializers.Serializer[Any]):
    """The four numbers."""

    impact = serializers.IntegerField()
    effort = serializers.IntegerField()
    risk = serializers.IntegerField()
    score = serializers.IntegerField()


class AffectedAssetSerializer(serializers.Serializer[Any]):
    """Something that a finding is about."""

    type = serializers.CharField()
    value = serializers.CharField()


class RecommendedFixSerializer(serializers.Serializer[Any]):
    """How to mend it."""

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


class RegressionSerializer(ResponseSerializer):
    """A regression."""

    finding_id = serializers.UUIDField()

    class Meta:
        model = Regression
        fields: ClassVar = [
            "id", "finding_id", "verification_id", "trigger", "status", "opened_at", "closed_at", "created_at",
            "updated_at",
        ]  # fmt: skip


class BulkResultItemSerializer(serializers.Serializer[Any]):
    """What became of one item of a bulk."""

    index = serializers.IntegerField()
    status = serializers.ChoiceField(choices=["created", "updated", "invalid"])
    id = serializers.UUIDField(allow_null=True)
    details = serializers.DictField(allow_null=True)


class BulkResultSerializer(serializers.Serializer[Any]):
    """What became of a bulk."""

    created = serializers.IntegerField()
    updated = serializers.IntegerField()
    invalid = serializers.IntegerField()
    items = BulkResultItemSerializer(many=True)


class BulkUpdateResultSerializer(serializers.Serializer[Any]):
    """How many findings matched, and how many were changed (none by a dry run)."""

    matched = serializers.IntegerField()
    updated = serializers.IntegerField()
    dry_run = serializers.BooleanField()
