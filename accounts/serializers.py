"""Serializers of accounts, and fields of other apps' serializers that depend on the organisation or project."""

from typing import Any, cast

from rest_framework import serializers

from accounts.models import Membership
from krafter_audit.api.serializers import ResponseSerializer, StrictUUIDField, UTCDateTimeField


class UsageSerializer(serializers.Serializer[Any]):
    """The quota of a month."""

    month = serializers.CharField()
    ai_quota = serializers.IntegerField(allow_null=True)
    spent = serializers.IntegerField()
    remaining = serializers.IntegerField(allow_null=True)
    resets_at = UTCDateTimeField()


class MemberIdField(StrictUUIDField):
    """The id of a member of the organisation."""

    default_error_messages = {"not_a_member": "This user is not a member of the organisation."}  # noqa: RUF012

    def to_internal_value(self, data: Any) -> Any:
        user_id = super().to_internal_value(data)
        # Cached for bulk requests, which name the same owners again and again.
        members = cast("dict[str, Any]", self.context).setdefault("members", {})
        if user_id not in members:
            rows = Membership.objects.filter(organization=self.context["organization"], user_id=user_id)
            members[user_id] = rows.exists()
        if not members[user_id]:
            self.fail("not_a_member")
        return user_id


class ProjectResponseSerializer(ResponseSerializer):
    """A response with the ids of its organisation and its project."""

    org_id = serializers.SerializerMethodField()
    project_id = serializers.SerializerMethodField()

    def get_org_id(self, row: Any) -> str:
        """Return the organisation's id."""
        # This docstring and the next are the descriptions of the fields in the OpenAPI description.
        return str(self.context["organization"].pk)

    def get_project_id(self, row: Any) -> str:
        """Return the project's slug."""
        return str(self.context["project"].slug)
