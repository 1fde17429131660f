"""What is asked about integrations, and what answers show: never a credential."""

from typing import Any, ClassVar

from rest_framework import serializers

from accounts.serializers import ProjectResponseSerializer
from integrations.models import Integration, SyncConflict, SyncRun
from krafter_audit.api.serializers import (
    JSONObjectField,
    RequestSerializer,
    ResponseSerializer,
    StrictCharField,
    StrictChoiceField,
    UTCDateTimeField,
)

PLACEHOLDER: dict[str, Any] = {
    "status": Integration.Status.DISCONNECTED.value,
    "credentials": {},
    "last_sync_at": None,
    "inserted_at": None,
    "updated_at": None,
}


class ConnectIntegrationRequestSerializer(RequestSerializer):
    """The provider's secrets, or a code of its sign-in; one of the two."""

    credentials = JSONObjectField(required=False)
    auth_code = StrictCharField(max_length=4000, required=False)
    redirect_uri = StrictCharField(max_length=2000, required=False)
    code_verifier = StrictCharField(max_length=128, required=False)
    installation_id = serializers.UUIDField(
        required=False, help_text="Of a public integration of Sentry, as its redirect gives it."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse neither, both, an empty map, and what belongs to a code without one."""
        if ("credentials" in attrs) == ("auth_code" in attrs):
            raise serializers.ValidationError("Send either credentials or auth_code.")
        if attrs.get("credentials") == {}:
            raise serializers.ValidationError({"credentials": ["Send at least one credential."]})
        alone = {"redirect_uri", "code_verifier", "installation_id"} & set(attrs)
        if alone and "auth_code" not in attrs:
            raise serializers.ValidationError(
                {name: ["This goes with an auth_code."] for name in sorted(alone)}
            )
        if "installation_id" in attrs:
            attrs["installation_id"] = str(attrs["installation_id"])
        return attrs


class IntegrationSerializer(ProjectResponseSerializer):
    """A provider that was connected once."""

    class Meta:
        model = Integration
        fields: ClassVar = [
            "id", "org_id", "project_id", "provider", "status", "last_sync_at", "created_at", "updated_at",
        ]  # fmt: skip


class IntegrationListItemSerializer(IntegrationSerializer):
    """A provider as the list has it; one that was never connected has no id and other keys."""

    id = serializers.UUIDField(allow_null=True)
    credentials = serializers.DictField(
        required=False, help_text="Always empty, and only where `id` is null."
    )
    inserted_at = UTCDateTimeField(required=False, allow_null=True)

    class Meta(IntegrationSerializer.Meta):
        fields: ClassVar = [*IntegrationSerializer.Meta.fields, "credentials", "inserted_at"]


class SyncScheduleSerializer(ResponseSerializer):
    """When a provider is synced by itself."""

    class Meta:
        model = Integration
        fields: ClassVar = ["provider", "status", "last_sync_at", "next_sync_at", "failures", "last_error"]


def placeholder(provider: str) -> dict[str, Any]:
    """Return the row of a provider that was never connected."""
    return {"id": None, "provider": provider, **PLACEHOLDER}


class SyncRefusalSerializer(serializers.Serializer[Any]):
    """What was refused or could not be decided, and why."""

    what = serializers.CharField()
    why = serializers.CharField()


class SyncRunSerializer(ResponseSerializer):
    """One run of a sync."""

    refused = SyncRefusalSerializer(many=True)
    notes = serializers.ListField(child=serializers.CharField())

    class Meta:
        model = SyncRun
        fields: ClassVar = [
            "id", "outcome", "started_at", "finished_at", "pushed", "pulled", "refused", "notes", "error",
        ]  # fmt: skip


class CreateWebhookRequestSerializer(RequestSerializer):
    """Nothing, or the secret that the provider chose."""

    secret = StrictCharField(min_length=8, max_length=500, required=False)


class WebhookSerializer(serializers.Serializer[Any]):
    """Where a provider calls; `secret` is there once, when it was made."""

    provider = serializers.CharField()
    url = serializers.CharField()
    events = serializers.CharField()
    secret = serializers.CharField(required=False)
    last_delivery_at = UTCDateTimeField(allow_null=True)
    created_at = UTCDateTimeField()
    updated_at = UTCDateTimeField()


class ConflictFilterSerializer(serializers.Serializer[Any]):
    """Which conflicts a list is to show."""

    status = StrictChoiceField(choices=["open", "resolved"], default="open")


class ResolveConflictRequestSerializer(RequestSerializer):
    """Whose side counts."""

    keep = StrictChoiceField(choices=[SyncConflict.Kept.OURS.value, SyncConflict.Kept.THEIRS.value])


class ConflictSerializer(ResponseSerializer):
    """What both sides want differently, and what became of it."""

    task_id = serializers.UUIDField(source="link.task_id")
    external_ticket_key = serializers.CharField(source="link.key")
    ticket_url = serializers.CharField(source="link.url")

    class Meta:
        model = SyncConflict
        fields: ClassVar = [
            "id", "task_id", "external_ticket_key", "ticket_url", "field", "ours", "theirs", "why", "kept",
            "resolved_at", "created_at", "updated_at",
        ]  # fmt: skip
