"""What answers about accounts show."""

from typing import Any

from rest_framework import serializers

from krafter_audit.api.serializers import UTCDateTimeField


class UsageSerializer(serializers.Serializer[Any]):
    """One month of quota."""

    month = serializers.CharField()
    ai_quota = serializers.IntegerField(allow_null=True)
    spent = serializers.IntegerField()
    remaining = serializers.IntegerField(allow_null=True)
    resets_at = UTCDateTimeField()
