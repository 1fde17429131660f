"""Requests and responses of integrations, never with credentials."""

from typing import Any, ClassVar

from drf_spectacular.utils import PolymorphicProxySerializer
from rest_framework import serializers

from accounts.serializers import ProjectResponseSerializer
from integrations.models import Integration, SyncConflict, SyncRun
from integrations.providers.registry import PROVIDER_CLASSES
from krafter_audit.api.serializers import (
    JSONObjectField,
    RequestSerializer,
    ResponseSerializer,
    StrictCharField,
    StrictChoiceField,
    UTCDateTimeField,
)
from krafter_audit.http.urls import MAX_STORED_LENGTH


class ConnectIntegrationRequestSerializer(RequestSerializer):
    """Credentials of the provider, or an OAuth code: exactly one of them."""

    rejected_fields = {
        field.name: "Send this inside of credentials."
        for provider in PROVIDER_CLASSES.values()
        for field in provider.credential_fields
    }

    credentials = JSONObjectField(required=False)
    auth_code = StrictCharField(max_length=4000, required=False)
    redirect_uri = StrictCharField(max_length=MAX_STORED_LENGTH, required=False)
    code_verifier = StrictCharField(max_length=128, required=False)
    installation_id = serializers.UUIDField(
        required=False, help_text="For a public integration of Sentry: the value in its redirect."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("credentials" in attrs) == ("auth_code" in attrs):
            raise serializers.ValidationError("Send either credentials or auth_code.")
        if attrs.get("credentials") == {}:
            raise serializers.ValidationError({"credentials": ["Send at least one credential."]})
        code_fields = {"redirect_uri", "code_verifier", "installation_id"} & set(attrs)
        # Ignored silently, a misplaced field would look accepted.
        if code_fields and "auth_code" not in attrs:
            raise serializers.ValidationError(
                {name: ["Send this together with an auth_code."] for name in sorted(code_fields)}
            )
        if "installation_id" in attrs:
            attrs["installation_id"] = str(attrs["installation_id"])
        return attrs


class IntegrationSerializer(ProjectResponseSerializer):
    """An integration that is or was connected."""

    class Meta:
        model = Integration
        fields: ClassVar = [
            "id", "org_id", "project_id", "provider", "status", "last_sync_at", "created_at", "updated_at",
        ]  # fmt: skip


class IntegrationPlaceholderSerializer(serializers.Serializer[Any]):
    """A provider that was never connected."""

    id = serializers.UUIDField(allow_null=True, help_text="Always null.")
    provider = serializers.CharField()
    status = serializers.ChoiceField(choices=[Integration.Status.DISCONNECTED.value])
    credentials = serializers.DictField(help_text="Always empty.")
    last_sync_at = UTCDateTimeField(allow_null=True)
    inserted_at = UTCDateTimeField(allow_null=True)
    updated_at = UTCDateTimeField(allow_null=True)


INTEGRATION_LIST_ITEM = PolymorphicProxySerializer(
    component_name="IntegrationListItem",
    serializers=[IntegrationSerializer, IntegrationPlaceholderSerializer],
    resource_type_field_name=None,
    many=True,
)


class SyncScheduleSerializer(ResponseSerializer):
    """The schedule of the automatic syncs."""

    class Meta:
        model = Integration
        fields: ClassVar = ["provider", "status", "last_sync_at", "next_sync_at", "failures", "last_error"]


def placeholder(provider: str) -> dict[str, Any]:
    return {
        "id": None,
        "provider": provider,
        "status": Integration.Status.DISCONNECTED.value,
        "credentials": {},
        "last_sync_at": None,
        "inserted_at": None,  # the name in the published guide; other rows have `created_at`
        "updated_at": None,
    }


class SyncRefusalSerializer(serializers.Serializer[Any]):
    """A refused or undecidable change, and the reason."""

    subject = serializers.CharField()
    reason = serializers.CharField()


class SyncRunSerializer(ResponseSerializer):
    """A run of a sync."""

    refusals = SyncRefusalSerializer(many=True)
    notes = serializers.ListField(child=serializers.CharField())

    class Meta:
        model = SyncRun
        fields: ClassVar = [
            "id", "outcome", "started_at", "finished_at", "pushed", "pulled", "refusals", "notes", "error",
        ]  # fmt: skip


class CreateWebhookRequestSerializer(RequestSerializer):
    """Empty, or the secret that the provider has chosen."""

    secret = StrictCharField(min_length=8, max_length=500, required=False)


class WebhookSerializer(serializers.Serializer[Any]):
    """A webhook."""

    provider = serializers.CharField()
    url = serializers.CharField()
    events = serializers.CharField()
    last_delivery_at = UTCDateTimeField(allow_null=True)
    created_at = UTCDateTimeField()
    updated_at = UTCDateTimeField()


class WebhookWithSecretSerializer(WebhookSerializer):
    """A webhook with its new secret, if it was generated; the provider's own is not returned."""

    secret = serializers.CharField(required=False)


class ResolveConflictRequestSerializer(RequestSerializer):
    """The side to keep: ours (the task) or theirs (the ticket)."""

    keep = StrictChoiceField(choices=["ours", "theirs"])


class ConflictSerializer(ResponseSerializer):
    """A conflict between a task and its ticket, and its resolution."""

    task_id = serializers.UUIDField(source="link.task_id")
    external_ticket_key = serializers.CharField(source="link.key")
    ticket_url = serializers.CharField(source="link.url")
    resolution = serializers.ChoiceField(choices=[("", "not resolved"), *SyncConflict.Resolution.choices])

    class Meta:
        model = SyncConflict
        fields: ClassVar = [
            "id", "task_id", "external_ticket_key", "ticket_url", "field", "ours", "theirs", "reason", "resolution",
            "resolved_at", "created_at", "updated_at",
        ]  # fmt: skip
