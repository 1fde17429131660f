"""Webhook endpoints in the admin; their secrets are shown once."""

from datetime import timedelta
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html_join
from unfold.widgets import UnfoldAdminTextInputWidget

from accounts.actors import Actor
from accounts.admin.actor import staff_actor
from accounts.models import Project
from krafter_audit.admin.actions import confirmed, row_action
from krafter_audit.admin.base import (
    AutocompleteFilter,
    ReadOnlyAdmin,
    ServiceModelAdmin,
    badge_column,
    copy_row,
    render_json,
)
from krafter_audit.admin.forms import DateTimeInput, SerializerForm, error_text
from krafter_audit.admin.text import text_moment
from krafter_audit.api.errors import InvalidParams
from krafter_audit.displayed_times import in_words
from notifications.errors import WebhookDisabled
from notifications.models import EventDelivery, WebhookEndpoint
from notifications.webhooks import services
from notifications.webhooks.serializers import (
    CreateWebhookEndpointRequestSerializer,
    UpdateWebhookEndpointRequestSerializer,
)

SECRET_OVERLAP = timedelta(days=1)  # in which messages have the signatures of both secrets
DELIVERY_BADGES = {"pending": "warning", "delivered": "success", "failed": "danger"}
ENDPOINT_BADGES = {"enabled": "success", "paused": "warning", "disabled": "danger"}


class CommaSeparatedField(forms.CharField):
    widget = UnfoldAdminTextInputWidget

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        return [word.strip() for word in str(value or "").split(",") if word.strip()]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return self.to_python(self.prepare_value(initial)) != self.to_python(data)


class WebhookEndpointForm(SerializerForm):
    """Creates or changes an endpoint, validated by the API's serializers."""

    serializer_class = CreateWebhookEndpointRequestSerializer
    events = CommaSeparatedField(
        required=False, help_text="Such as finding.created, verification.*; empty for all events."
    )
    projects = CommaSeparatedField(required=False, help_text="Slugs of projects; empty for all projects.")

    class Meta:
        model = WebhookEndpoint
        fields = ("organization", "url", "description")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance._state.adding:
            slugs = Project.objects.filter(pk__in=self.instance.project_ids).order_by("slug")
            self.initial["projects"] = list(slugs.values_list("slug", flat=True))

    def clean_url(self) -> str:
        url: str = self.cleaned_data["url"]
        if "url" in self.changed_data:
            # The service raises it after the errors of all other fields.
            try:
                services.require_allowed_url(url)
            except InvalidParams as error:
                raise forms.ValidationError(error_text(error)) from None
        return url

    def context(self) -> dict[str, Any]:
        organization = self.cleaned_data.get("organization") or self.instance.organization
        return {"organization": organization}


class ReplayForm(forms.Form):
    """A period, in the reader's time zone."""

    created_after = forms.DateTimeField(label="Events from", widget=DateTimeInput())
    created_before = forms.DateTimeField(
        label="Until (now, if empty)", required=False, widget=DateTimeInput()
    )
    include_delivered = forms.BooleanField(label="Also events that were delivered", required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        after, before = cleaned.get("created_after"), cleaned.get("created_before")
        if after and before and before <= after:
            self.add_error("created_before", "Choose a later time.")
        return cleaned


class UpdateWebhookEndpointForm(WebhookEndpointForm):
    serializer_class = UpdateWebhookEndpointRequestSerializer


@admin.register(WebhookEndpoint)
class WebhookEndpointAdmin(ServiceModelAdmin):
    organization_path, project_path = "organization", ""
    form, add_form = UpdateWebhookEndpointForm, WebhookEndpointForm
    list_display = (
        "url", "organization", badge_column("state", ENDPOINT_BADGES), "event_filter", "last_success_at",
        "last_failure_at", "disabled_reason",
    )  # fmt: skip
    list_filter: ClassVar = ["status", ("organization", AutocompleteFilter)]
    list_select_related = ("organization",)
    search_fields = ("^url", "^organization__name")
    autocomplete_fields = ("organization",)
    deferred_fields = ("credentials",)
    readonly_fields = (
        "status", "paused_until", "disabled_at", "disabled_reason", "previous_secret_until", "last_success_at",
        "last_failure_at", "created_at", "updated_at",
    )  # fmt: skip
    actions: ClassVar[list[str]] = [
        "enable",
        "disable",
        "rotate_secret",
        "send_test",
        "replay_period",
        "delete_endpoint",
    ]
    tones: ClassVar = {"disable": "danger", "delete_endpoint": "danger"}

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        fields = ("organization", "url", "description", "events", "projects")
        return fields if obj is None else (*fields, *self.readonly_fields)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return () if obj is None else ("organization", *self.readonly_fields)

    def refusals(self, request: HttpRequest, row: WebhookEndpoint) -> dict[str, str]:
        if row.status == WebhookEndpoint.Status.DISABLED:
            refused = dict.fromkeys(("send_test", "replay_period"), WebhookDisabled.message)
            return {"disable": "The endpoint is disabled.", **refused}
        return {"enable": "" if row.paused_until else "The endpoint is enabled."}

    @admin.display(description="events")
    def event_filter(self, endpoint: WebhookEndpoint) -> str:
        return ", ".join(endpoint.events) or "all"

    def save_model(self, request: HttpRequest, obj: WebhookEndpoint, form: Any, change: bool) -> None:
        if change:
            if form.validated:
                services.update(obj.organization, obj.pk, changes=form.validated, by=staff_actor(request))
            return
        endpoint, secret = services.create(obj.organization, by=staff_actor(request), **form.validated)
        copy_row(endpoint, to=obj)
        request.endpoint_secret = secret  # type: ignore[attr-defined]  # read by response_add

    def response_add(
        self, request: HttpRequest, obj: WebhookEndpoint, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Show the secret, in this response only."""
        return self._secret_page(request, obj, request.endpoint_secret)  # type: ignore[attr-defined]  # set by save_model

    def _secret_page(self, request: HttpRequest, endpoint: WebhookEndpoint, secret: str) -> HttpResponse:
        return self.page(
            request,
            "admin/secret.html",
            title="Secret of the webhook endpoint",
            label=f"Secret of {endpoint.url}",
            secret=secret,
            note="The receiver verifies the signature of each message with it.",
            back=reverse("admin:notifications_webhookendpoint_change", args=[endpoint.pk]),
        )

    @row_action("Enable")
    def enable(self, request: HttpRequest, endpoint: WebhookEndpoint) -> str:
        return set_status(endpoint, WebhookEndpoint.Status.ENABLED, staff_actor(request))

    @row_action(
        "Disable",
        consequence="Events that happen while an endpoint is disabled are not delivered to it.",
    )
    def disable(self, request: HttpRequest, endpoint: WebhookEndpoint) -> str:
        return set_status(endpoint, WebhookEndpoint.Status.DISABLED, staff_actor(request))

    @admin.action(description="Rotate the secret", permissions=["operate"])
    @confirmed("The receiver needs the new secret within a day. Until then each message has both signatures.")
    def rotate_secret(self, request: HttpRequest, queryset: QuerySet[WebhookEndpoint]) -> HttpResponse | None:
        if queryset.count() != 1:
            self.message_user(request, "Rotate one secret at a time.", messages.ERROR)
            return None
        endpoint, by = queryset.get(), staff_actor(request)
        secrets: list[str] = []

        def rotate(endpoint: WebhookEndpoint) -> str:
            _, secret = services.rotate_secret(
                endpoint.organization, endpoint.pk, overlap=SECRET_OVERLAP, by=by
            )
            secrets.append(secret)
            return "messages have two signatures for a day."

        self.run_for_each(request, queryset, rotate)
        return self._secret_page(request, endpoint, secrets[0]) if secrets else None

    @row_action("Send a test event")
    def send_test(self, request: HttpRequest, endpoint: WebhookEndpoint) -> str:
        services.send_test(endpoint.organization, endpoint.pk, by=staff_actor(request))
        return "a test event is queued."

    @admin.action(description="Replay the events of a period…", permissions=["operate"])
    def replay_period(self, request: HttpRequest, queryset: QuerySet[WebhookEndpoint]) -> HttpResponse | None:
        # A first page requests the period, and submits the action again with it.
        form = ReplayForm(request.POST if "created_after" in request.POST else None)
        if not form.is_valid():
            template = "admin/notifications/webhookendpoint/replay.html"
            return self.action_form_page(
                request, queryset, form, template, title="Replay the events of a period"
            )

        def replay(endpoint: WebhookEndpoint) -> str:
            replayed, continue_from = services.replay_range(
                endpoint.organization,
                endpoint.pk,
                after=form.cleaned_data["created_after"],
                before=form.cleaned_data["created_before"],
                include_delivered=form.cleaned_data["include_delivered"],
                by=staff_actor(request),
            )
            queued = f"{replayed:,} event{'' if replayed == 1 else 's'} queued"
            if continue_from is None:
                return f"{queued}."
            return f"{queued}; there are more: replay the period from {in_words(continue_from)}."

        self.run_for_each(request, queryset, replay)
        return None

    @row_action("Delete", consequence="Its deliveries are deleted too, and events are no longer sent to it.")
    def delete_endpoint(self, request: HttpRequest, endpoint: WebhookEndpoint) -> str:
        services.delete(endpoint.organization, endpoint.pk, by=staff_actor(request))
        return "deleted."


def set_status(endpoint: WebhookEndpoint, status: str, by: Actor) -> str:
    services.update(endpoint.organization, endpoint.pk, changes={"status": status}, by=by)
    return f"{status}."


@admin.register(EventDelivery)
class EventDeliveryAdmin(ReadOnlyAdmin):
    organization_path, project_path = "endpoint__organization", ""
    empty_text = "Events that are sent to a webhook endpoint are listed here."
    list_display = (
        "created_at", "endpoint", "event_type", "project", badge_column("status", DELIVERY_BADGES), "attempts",
        "next_attempt_at", "delivered_at",
    )  # fmt: skip
    list_filter: ClassVar = ["status", ("endpoint", AutocompleteFilter)]
    list_select_related = ("endpoint", "project__organization")
    search_fields = ("^event_type",)
    deferred_fields = ("payload", "attempt_log")
    fields = (
        "endpoint", "event_type", "event_id", "event_at", "subject_id", "project", "status", "attempts",
        "next_attempt_at", "delivered_at", "attempt_list", "body", "created_at",
    )  # fmt: skip
    actions: ClassVar[list[str]] = ["replay"]

    def refusals(self, request: HttpRequest, row: EventDelivery) -> dict[str, str]:
        is_disabled = row.endpoint.status == WebhookEndpoint.Status.DISABLED
        return {"replay": WebhookDisabled.message} if is_disabled else {}

    @admin.display(description="latest attempts")
    def attempt_list(self, delivery: EventDelivery) -> str:
        lines = (
            (
                text_moment(attempt["started_at"]),
                attempt["status_code"] or "no response",
                attempt["error"] or "accepted",
            )
            for attempt in delivery.attempt_log
        )
        return format_html_join("", "<div>{} · {} · {}</div>", lines) or "-"

    @admin.display(description="body")
    def body(self, delivery: EventDelivery) -> str:
        return render_json(delivery.payload)

    @row_action("Replay")
    def replay(self, request: HttpRequest, delivery: EventDelivery) -> str:
        endpoint = delivery.endpoint
        services.replay(endpoint.organization, endpoint.pk, delivery.pk, by=staff_actor(request))
        return "queued."
