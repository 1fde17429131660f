from collections.abc import Iterable, Iterator
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.text import Truncator
from unfold.widgets import UnfoldAdminPasswordWidget, UnfoldAdminTextareaWidget

from accounts.admin.actor import staff_actor
from krafter_audit.admin.actions import row_action
from krafter_audit.admin.archived_projects import OPERATE_ON_ARCHIVED
from krafter_audit.admin.base import (
    AutocompleteFilter,
    ReadOnlyAdmin,
    ServiceModelAdmin,
    badge_column,
    copy_row,
)
from krafter_audit.admin.forms import ServiceForm, split_addresses, validated_data
from notifications import destinations
from notifications.alerts.finding_history import alert_entries
from notifications.alerts.messages import label_of, numbers
from notifications.models import HIDDEN_URL, Alert, Destination, Unsubscription
from notifications.serializers import SetAlertDestinationRequestSerializer
from notifications.unsubscriptions import subscribe_again
from notifications.webhooks import admin as webhooks_admin  # noqa: F401  registers its pages
from remediation.admin import timeline
from remediation.alert_routing import AlertChannel

MAX_LISTED_LENGTH = 100  # of the recipients in a list; there may be 50
STATUS_BADGES = {"collecting": "warning", "sending": "info", "sent": "success", "failed": "danger"}
timeline.SOURCES.append(alert_entries)


def sentences(lines: Iterable[str]) -> Iterator[str]:
    return (line[:1].upper() + line[1:] for line in lines)


@admin.register(Alert)
class AlertAdmin(ReadOnlyAdmin):
    empty_text = "The policy of a project says which severities send alerts."
    list_display = (
        "created_at",
        "project",
        "channel",
        badge_column("status", STATUS_BADGES),
        "total",
        "delayed",
        "outcome",
        "sent_at",
    )
    list_filter: ClassVar = ["channel", "status", ("project", AutocompleteFilter)]
    list_select_related = ("project__organization",)
    fields = (
        "project", "channel", "status", "total", "numbers", "most_severe_list", "delayed", "due_at", "outcome",
        "sent_at",
    )  # fmt: skip

    @admin.display(description="by severity")
    def numbers(self, alert: Alert) -> str:
        return format_html_join("", "<div>{}</div>", ((line,) for line in sentences(numbers(alert)))) or "-"

    @admin.display(description="named in the message")
    def most_severe_list(self, alert: Alert) -> str:
        lines = ((line,) for line in sentences(map(label_of, alert.most_severe)))
        return format_html_join("", "<div>{}</div>", lines) or "-"


class DestinationForm(ServiceForm):
    """The fields of a channel; `validated` has the settings for the service."""

    recipients = forms.CharField(
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}),
        help_text="For e-mail: addresses, separated by commas or lines. Without a destination, mails go to the owners "
        "and admins of the organisation.",
    )
    webhook_url = forms.CharField(
        label="Webhook URL",
        required=False,
        # The URL is a secret: it is enough to post to the channel.
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "off"}),
        help_text="For Slack: an incoming webhook of the channel. It is stored encrypted and not displayed again.",
    )

    class Meta:
        model = Destination
        fields = ("project", "channel")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.validated: dict[str, Any] = {}
        self.initial["recipients"] = "\n".join(self.instance.recipients)
        webhook = self.fields.get("webhook_url")
        if webhook and not self.instance._state.adding:
            webhook.help_text = "A new incoming webhook. If the field is empty, the stored one stays."

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        body = {
            name: value for name in ("recipients", "webhook_url") if (value := cleaned.get(name, "").strip())
        }
        if "recipients" in body:
            body["recipients"] = split_addresses(body["recipients"])
        self.validated = validated_data(self, SetAlertDestinationRequestSerializer(data=body))
        return cleaned

    def validate_constraints(self) -> None:
        """Leave them to the service: the row has its credentials and recipients only then."""


class AddDestinationForm(DestinationForm):
    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        project, channel = cleaned.get("project"), cleaned.get("channel")
        if Destination.objects.filter(project=project, channel=channel).exists():
            self.add_error("channel", "The project has a destination of this channel: change it in the list.")
        return cleaned


@admin.register(Destination)
class DestinationAdmin(ServiceModelAdmin):
    form, add_form = DestinationForm, AddDestinationForm
    list_display = ("project", "channel", "recipient_list", "updated_at")
    list_filter: ClassVar = ["channel", ("project", AutocompleteFilter)]
    list_select_related = ("project__organization",)
    autocomplete_fields = ("project",)
    deferred_fields = ("credentials",)
    actions: ClassVar = ["delete_destination"]
    tones: ClassVar = {"delete_destination": "danger"}

    def get_fields(self, request: HttpRequest, obj: Destination | None = None) -> tuple[str, ...]:
        if obj is None:
            return ("project", "channel", "recipients", "webhook_url")
        is_slack = obj.channel == AlertChannel.SLACK
        return ("project", "channel", "webhook_url" if is_slack else "recipients", "created_at", "updated_at")

    def get_readonly_fields(self, request: HttpRequest, obj: Destination | None = None) -> tuple[str, ...]:
        return () if obj is None else ("project", "channel", "created_at", "updated_at")

    @admin.display(description="recipients")
    def recipient_list(self, row: Destination) -> str:
        return Truncator(", ".join(row.recipients)).chars(MAX_LISTED_LENGTH) or HIDDEN_URL

    def save_model(self, request: HttpRequest, obj: Destination, form: Any, change: bool) -> None:
        # The URL is not displayed: an empty field of the page of a destination keeps it.
        if change and not form.changed_data:
            return
        by = staff_actor(request)
        copy_row(destinations.set_destination(obj.project, obj.channel, by=by, **form.validated), to=obj)

    @row_action(
        "Delete",
        permission=OPERATE_ON_ARCHIVED,
        consequence="Alerts to Slack fail without a destination; those by e-mail go to the owners and admins.",
    )
    def delete_destination(self, request: HttpRequest, row: Destination) -> str:
        destinations.delete_destination(row.project, row.channel, by=staff_actor(request))
        return "deleted."


@admin.register(Unsubscription)
class UnsubscriptionAdmin(ReadOnlyAdmin):
    empty_text = "Addresses that no longer get the alerts of a project are listed here."
    list_display = ("email", "project", "created_at")
    list_filter: ClassVar = [("project", AutocompleteFilter)]
    list_select_related = ("project__organization",)
    search_fields = ("email",)
    actions: ClassVar = ["subscribe_again"]

    @row_action("Send alerts again")
    def subscribe_again(self, request: HttpRequest, row: Unsubscription) -> str:
        subscribe_again(row.project, row.email, by=staff_actor(request))
        return "alerts are sent again."
