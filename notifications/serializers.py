"""Requests and responses of alerts, never with a Slack webhook."""

from typing import Any, ClassVar

from rest_framework import serializers

from krafter_audit.api.serializers import (
    BoundedListField,
    RequestSerializer,
    ResponseSerializer,
    StrictCharField,
    UTCDateTimeField,
)
from krafter_audit.http.urls import MAX_STORED_LENGTH
from notifications.destinations import MAX_RECIPIENTS
from notifications.models import Alert


class SetAlertDestinationRequestSerializer(RequestSerializer):
    """A Slack webhook, or e-mail addresses."""

    webhook_url = StrictCharField(max_length=MAX_STORED_LENGTH, required=False)
    recipients = BoundedListField(
        child=serializers.EmailField(max_length=254), min_length=1, max_length=MAX_RECIPIENTS, required=False
    )


class AlertDestinationSerializer(serializers.Serializer[Any]):
    """Where a channel sends alerts."""

    channel = serializers.CharField()
    webhook_url = serializers.CharField(source="hidden_webhook_url", allow_null=True)
    recipients = serializers.ListField(child=serializers.CharField())
    created_at = UTCDateTimeField()
    updated_at = UTCDateTimeField()


class AlertSerializer(ResponseSerializer):
    """A message: what it reports, and its outcome."""

    counts = serializers.DictField()
    most_severe = serializers.ListField(child=serializers.DictField())

    class Meta:
        model = Alert
        fields: ClassVar = [
            "id", "channel", "status", "total", "counts", "most_severe", "delayed", "outcome", "due_at", "sent_at",
            "created_at", "updated_at",
        ]  # fmt: skip
