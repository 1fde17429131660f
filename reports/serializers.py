from datetime import timedelta
from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.serializers import ProjectResponseSerializer
from campaigns.serializers import CampaignWithProgressSerializer
from krafter_audit.api.serializers import (
    BoundedListField,
    RequestSerializer,
    ResponseSerializer,
    StrictCharField,
    StrictChoiceField,
    StrictEmailField,
    StrictIntegerField,
    UTCDateTimeField,
)
from krafter_audit.http.urls import MAX_STORED_LENGTH
from reports.models import Format, Report, Share
from reports.sharing.channels import CHANNELS
from reports.sharing.links import visible_url

MIN_LIFETIME_SECONDS, MAX_LIFETIME_SECONDS = 60, 30 * 24 * 3600


class ExportReportRequestSerializer(RequestSerializer):
    """The format of an export."""

    format = StrictChoiceField(choices=Format.choices)


class ShareReportRequestSerializer(RequestSerializer):
    """A channel with its own fields."""

    channel = StrictChoiceField(choices=Share.Channel.choices)
    recipients = BoundedListField(
        child=StrictEmailField(max_length=254), min_length=1, max_length=50, required=False
    )
    webhook_url = StrictCharField(max_length=MAX_STORED_LENGTH, required=False)
    expires_in = StrictIntegerField(
        min_value=MIN_LIFETIME_SECONDS,
        max_value=MAX_LIFETIME_SECONDS,
        required=False,
        help_text="Seconds; 30 days by default.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        channel = attrs["channel"]
        # The fields of the channel, and no others.
        sent, needs = set(attrs) - {"channel", "expires_in"}, CHANNELS[channel].needs
        wrong = {name: [f"Not accepted by the channel {channel}."] for name in sent - needs}
        missing = {name: [f"Required by the channel {channel}."] for name in needs - sent}
        if wrong or missing:
            raise serializers.ValidationError({**wrong, **missing})
        if "recipients" in attrs:
            attrs["recipients"] = list(dict.fromkeys(attrs["recipients"]))
        if "expires_in" in attrs:
            attrs["expires_in"] = timedelta(seconds=attrs["expires_in"])
        return attrs


class DailyRiskSerializer(serializers.Serializer[Any]):
    """The open risk score at the end of one day."""

    date = serializers.DateField()
    open_risk_score = serializers.IntegerField()


class ReportSummarySerializer(serializers.Serializer[Any]):
    """The key figures of a project and its burn-down."""

    risk_burn_down = DailyRiskSerializer(many=True)
    verification_pass_rate = serializers.FloatField()
    regression_rate = serializers.FloatField()
    open_findings = serializers.IntegerField()
    campaigns = CampaignWithProgressSerializer(
        many=True, required=False, help_text="With ?include=campaigns: those that are not archived."
    )


class RiskChangesSerializer(serializers.Serializer[Any]):
    """The changes of one day, by the way in which findings changed."""

    opened = serializers.IntegerField()
    reopened = serializers.IntegerField()
    rescored = serializers.IntegerField()
    resolved = serializers.IntegerField()
    dismissed = serializers.IntegerField()
    other = serializers.IntegerField(help_text="Deleted findings, and corrections of the counter.")


class BurnDownDaySerializer(RiskChangesSerializer):
    """The open risk score at the end of one day, and the changes whose sum is the difference from the day before."""

    date = serializers.DateField()
    open_risk_score = serializers.IntegerField()
    findings = RiskChangesSerializer(help_text="The change of the number of open findings.")


class BurnDownSerializer(serializers.Serializer[Any]):
    """The burn-down of a period by day."""

    days = BurnDownDaySerializer(many=True)


class ForecastBasisSerializer(serializers.Serializer[Any]):
    """The days that the simulation is made of, and the critical findings that were opened and closed in them."""

    days = serializers.IntegerField()
    opened = serializers.IntegerField()
    closed = serializers.IntegerField()


class ForecastRangeSerializer(serializers.Serializer[Any]):
    """The dates between which the last critical finding is closed; null is after the horizon."""

    probability = serializers.FloatField()
    earliest = serializers.DateField(allow_null=True)
    latest = serializers.DateField(allow_null=True)


class ForecastSerializer(serializers.Serializer[Any]):
    """When no critical finding is open."""

    status = serializers.ChoiceField(choices=["forecast", "not_enough_history", "none_open"])
    open_critical = serializers.IntegerField()
    horizon_days = serializers.IntegerField()
    basis = ForecastBasisSerializer()
    ranges = ForecastRangeSerializer(many=True, help_text="Of 50 % and of 90 %; empty without a forecast.")


class ReportSnapshotSerializer(serializers.Serializer[Any]):
    """The key figures of a report."""

    open_findings = serializers.IntegerField()
    verification_pass_rate = serializers.FloatField()


class ReportSerializer(ProjectResponseSerializer):
    """A report."""

    snapshot = ReportSnapshotSerializer()

    class Meta:
        model = Report
        fields: ClassVar = [
            "id", "org_id", "project_id", "period_start", "period_end", "format", "status", "snapshot",
            "exported_at", "shared_at", "created_at", "updated_at",
        ]  # fmt: skip


class ShareResultSerializer(serializers.Serializer[Any]):
    """The result of sharing. `id` is the report's."""

    id = serializers.UUIDField(source="report_id")
    channel = serializers.ChoiceField(choices=Share.Channel.choices)
    recipients = serializers.ListField(child=serializers.EmailField())
    shared_at = UTCDateTimeField(source="created_at")
    share_url = serializers.SerializerMethodField()

    @extend_schema_field({"type": ["string", "null"], "format": "uri"})
    def get_share_url(self, share: Share) -> str | None:
        """The link; null for e-mail and Slack, whose messages contain it."""
        return visible_url(share) or None


class ShareSerializer(ResponseSerializer):
    """A share."""

    report_id = serializers.UUIDField()
    share_url = serializers.SerializerMethodField()

    class Meta:
        model = Share
        fields: ClassVar = [
            "id", "report_id", "channel", "recipients", "status", "outcome", "share_url", "expires_at",
            "revoked_at", "sent_at", "created_at", "updated_at",
        ]  # fmt: skip

    @extend_schema_field({"type": ["string", "null"], "format": "uri"})
    def get_share_url(self, share: Share) -> str | None:
        """The link; null if it was sent by e-mail or Slack, has expired or was revoked."""
        return visible_url(share) or None
