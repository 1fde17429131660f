"""Responses about accounts."""

from typing import Any

from rest_framework import serializers

from krafter_audit.api.serializers import UTCDateTimeField


class UsageSerializer(serializers.Serializer[Any]):
    """The quota of a month."""

    month = serializers.CharField()
    ai_quota = serializers.IntegerField(allow_null=True)
    spent = serializers.IntegerField()
    remaining = serializers.IntegerField(allow_null=True)
    resets_at = UTCDateTimeField()
