from typing import Any, ClassVar

from rest_framework import serializers

from accounts.serializers import MemberIdField
from campaigns.models import MAX_NAME_LENGTH, Campaign
from krafter_audit.api.serializers import (
    BoundedListField,
    ChangesRequestSerializer,
    RequestSerializer,
    ResponseSerializer,
    StrictBooleanField,
    StrictCharField,
    StrictUUIDField,
    UTCDateTimeField,
)
from remediation.serializers import TaskFilterRequestSerializer


class UpdateCampaignRequestSerializer(ChangesRequestSerializer):
    """The fields of a campaign to change; at least one."""

    name = StrictCharField(max_length=MAX_NAME_LENGTH, required=False)
    due_date = serializers.DateField(required=False, allow_null=True)
    owner_id = MemberIdField(required=False, allow_null=True)


class CampaignTasksRequestSerializer(RequestSerializer):
    """Tasks: `ids` or `filter`."""

    ids = BoundedListField(child=StrictUUIDField(), required=False, min_length=1, max_length=1000)
    filter = TaskFilterRequestSerializer(required=False)
    dry_run = StrictBooleanField(required=False, default=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("ids" in attrs) == ("filter" in attrs):
            raise serializers.ValidationError("Send either ids or filter.")
        return attrs


class CreateCampaignRequestSerializer(RequestSerializer):
    """A campaign of the tasks in `ids` or of those that match `filter`; without both it has none yet."""

    name = StrictCharField(max_length=MAX_NAME_LENGTH)
    due_date = serializers.DateField(required=False, allow_null=True)
    owner_id = MemberIdField(required=False, allow_null=True)
    ids = BoundedListField(child=StrictUUIDField(), required=False, min_length=1, max_length=1000)
    filter = TaskFilterRequestSerializer(required=False)
    dry_run = StrictBooleanField(required=False, default=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "ids" in attrs and "filter" in attrs:
            raise serializers.ValidationError("Send either ids or filter.")
        return attrs


class CampaignSerializer(ResponseSerializer):
    """A campaign."""

    owner_id = serializers.UUIDField(allow_null=True)

    class Meta:
        model = Campaign
        fields: ClassVar = ["id", "name", "due_date", "owner_id", "archived_at", "created_at", "updated_at"]


class ProgressSerializer(serializers.Serializer[Any]):
    """The tasks of a campaign."""

    total = serializers.IntegerField()
    done = serializers.IntegerField()
    percent = serializers.IntegerField(help_text="The tasks that are done, in percent, rounded down.")
    overdue = serializers.IntegerField(help_text="Tasks that are not done and whose due date has passed.")
    by_status = serializers.DictField(child=serializers.IntegerField())
    next_due_at = UTCDateTimeField(allow_null=True, help_text="The next due date of a task that is not done.")
    past_due = serializers.BooleanField(
        help_text="The due date of the campaign has passed, and tasks are not done."
    )


class CampaignWithProgressSerializer(CampaignSerializer):
    """A campaign; with `?include=progress` also the progress of its tasks."""

    progress = ProgressSerializer(required=False)

    class Meta(CampaignSerializer.Meta):
        fields: ClassVar = [*CampaignSerializer.Meta.fields, "progress"]


class CampaignTasksResultSerializer(serializers.Serializer[Any]):
    """How many tasks were selected, how many were added or removed (by a dry run: would be), and how many were not."""

    campaign_id = serializers.UUIDField(source="campaign.pk", allow_null=True)
    matched = serializers.IntegerField()
    changed = serializers.SerializerMethodField()
    unchanged = serializers.SerializerMethodField()
    dry_run = serializers.SerializerMethodField()

    def get_changed(self, selection: Any) -> int:
        """Return how many tasks are added or removed."""
        return len(selection.changed)

    def get_unchanged(self, selection: Any) -> int:
        """Return how many of the selected tasks were in the campaign already, or not in it."""
        return int(selection.matched) - len(selection.changed)

    def get_dry_run(self, selection: Any) -> bool:
        """Return whether nothing was written."""
        return bool(self.context.get("dry_run"))


class CampaignDaySerializer(serializers.Serializer[Any]):
    """The tasks at the end of a day."""

    date = serializers.DateField()
    total = serializers.IntegerField()
    open = serializers.IntegerField()


class CampaignBurnDownSerializer(serializers.Serializer[Any]):
    """The tasks of a campaign by day."""

    days = CampaignDaySerializer(many=True)
