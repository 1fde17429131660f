"""Requests and responses of webhook endpoints and deliveries. A secret is shown once, when new."""

from typing import Any
from uuid import UUID

from rest_framework import serializers

from accounts.models import Project
from events.names import PROJECT_EVENTS, pattern_error
from events.serializers import EventPatternsField
from krafter_audit.api.serializers import (
    BoundedListField,
    ChangesRequestSerializer,
    RequestSerializer,
    StrictBooleanField,
    StrictCharField,
    StrictChoiceField,
    StrictIntegerField,
    UTCDateTimeField,
)
from krafter_audit.http.urls import MAX_STORED_LENGTH
from notifications.models import EventDelivery, WebhookEndpoint
from notifications.webhooks.services import TEST_EVENT

DAY, WEEK = 24 * 3600, 7 * 24 * 3600
MAX_PROJECTS = 1000


class ProjectSlugsField(BoundedListField):
    """Slugs of the organisation's projects; an empty list selects all projects."""

    child = StrictCharField(max_length=63)

    def to_internal_value(self, data: Any) -> list[UUID]:
        slugs = list(dict.fromkeys(super().to_internal_value(data)))
        found = Project.objects.filter(organization=self.context["organization"], slug__in=slugs)
        ids = dict(found.values_list("slug", "pk"))
        if unknown := [slug for slug in slugs if slug not in ids]:
            raise serializers.ValidationError(
                [f"This organisation has no project {slug!r}." for slug in unknown]
            )
        return [ids[slug] for slug in slugs]


class CreateWebhookEndpointRequestSerializer(RequestSerializer):
    """A new endpoint."""

    url = StrictCharField(max_length=MAX_STORED_LENGTH)
    description = StrictCharField(max_length=200, required=False, allow_blank=True)
    events = EventPatternsField(required=False, max_length=100)
    projects = ProjectSlugsField(required=False, source="project_ids", max_length=MAX_PROJECTS)


class UpdateWebhookEndpointRequestSerializer(
    ChangesRequestSerializer, CreateWebhookEndpointRequestSerializer
):
    """Changes of an endpoint."""

    url = StrictCharField(max_length=MAX_STORED_LENGTH, required=False)
    status = StrictChoiceField(WebhookEndpoint.Status.choices, required=False)


class RotateWebhookSecretRequestSerializer(RequestSerializer):
    """How long messages are signed with the previous secret as well."""

    overlap_seconds = StrictIntegerField(required=False, default=DAY, min_value=0, max_value=WEEK)


class ReplayEventsRequestSerializer(RequestSerializer):
    """The period of the events to send again."""

    created_after = UTCDateTimeField()
    created_before = UTCDateTimeField(required=False)
    include_delivered = StrictBooleanField(required=False, default=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "created_before" in attrs and attrs["created_before"] <= attrs["created_after"]:
            raise serializers.ValidationError({"created_before": ["Must be later than created_after."]})
        return attrs


class ReplayResultSerializer(serializers.Serializer[Any]):
    """How many events are sent again, whether the period has more, and the `created_after` that continues with them."""

    replayed = serializers.IntegerField()
    has_more = serializers.BooleanField()
    continue_from = UTCDateTimeField(allow_null=True)


class WebhookEndpointSerializer(serializers.Serializer[Any]):
    """A URL that receives events."""

    id = serializers.UUIDField()
    org_id = serializers.UUIDField(source="organization_id")
    url = serializers.CharField()
    description = serializers.CharField()
    events = serializers.ListField(child=serializers.CharField())
    projects = serializers.SerializerMethodField()
    status = serializers.ChoiceField(WebhookEndpoint.Status.choices)
    disabled_at = UTCDateTimeField(allow_null=True)
    disabled_reason = serializers.CharField()
    paused_until = UTCDateTimeField(allow_null=True)
    previous_secret_until = UTCDateTimeField(allow_null=True)
    created_at = UTCDateTimeField()
    updated_at = UTCDateTimeField()

    def get_projects(self, endpoint: WebhookEndpoint) -> list[str]:
        """Return the slugs of the selected projects; all projects if the list is empty."""
        slugs = self.context["slugs"]
        # A deleted project keeps its id: an empty list would select all projects.
        return [slugs.get(pk, str(pk)) for pk in endpoint.project_ids]


class WebhookEndpointWithSecretSerializer(WebhookEndpointSerializer):
    """An endpoint with its new secret, which is not shown again."""

    secret = serializers.SerializerMethodField()

    def get_secret(self, endpoint: WebhookEndpoint) -> str:
        """Return the secret: `whsec_` and 32 bytes in base64."""
        return str(self.context["secret"])


class DeliveryAttemptSerializer(serializers.Serializer[Any]):
    """One request and its outcome."""

    started_at = serializers.CharField()
    duration_ms = serializers.IntegerField(allow_null=True)
    status_code = serializers.IntegerField(allow_null=True)
    error = serializers.CharField()
    response = serializers.CharField()


class EventDeliverySerializer(serializers.Serializer[Any]):
    """One event for one endpoint; the id is the `webhook-id` of its requests."""

    id = serializers.UUIDField()
    webhook_id = serializers.UUIDField(source="endpoint_id")
    event_id = serializers.IntegerField(allow_null=True)
    type = serializers.CharField(source="event_type")
    event_at = UTCDateTimeField()
    subject_id = serializers.UUIDField()
    project_id = serializers.SerializerMethodField()
    status = serializers.ChoiceField(EventDelivery.Status.choices)
    attempts = serializers.IntegerField()
    next_attempt_at = UTCDateTimeField(allow_null=True)
    delivered_at = UTCDateTimeField(allow_null=True)
    status_code = serializers.SerializerMethodField()
    error = serializers.SerializerMethodField()
    created_at = UTCDateTimeField()
    updated_at = UTCDateTimeField()

    def get_project_id(self, delivery: EventDelivery) -> str | None:
        """Return the project's slug; null for a test event."""
        return delivery.project.slug if delivery.project else None

    def get_status_code(self, delivery: EventDelivery) -> int | None:
        """Return the status of the last response."""
        return delivery.attempt_log[-1]["status_code"] if delivery.attempt_log else None

    def get_error(self, delivery: EventDelivery) -> str:
        """Return why the last attempt failed; empty if it did not."""
        return str(delivery.attempt_log[-1]["error"]) if delivery.attempt_log else ""


class EventDeliveryDetailSerializer(EventDeliverySerializer):
    """A delivery with its body and its latest attempts."""

    attempt_log = DeliveryAttemptSerializer(many=True)
    payload = serializers.CharField()


class DeliveryFilterSerializer(RequestSerializer):
    """The filters of a list of deliveries, as `deliveries_of` names them."""

    status = StrictChoiceField(EventDelivery.Status.choices, required=False)
    type = StrictCharField(max_length=60, required=False, source="event_type")
    created_after = UTCDateTimeField(required=False, source="after")
    created_before = UTCDateTimeField(required=False, source="before")

    def validate_type(self, value: str) -> str:
        if value not in {*PROJECT_EVENTS, TEST_EVENT}:
            raise serializers.ValidationError(pattern_error(value) or "Use the name of one event.")
        return value
