from collections.abc import Iterable, Iterator
from typing import ClassVar

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html_join

from accounts.admin.actor import operator
from krafter_audit.admin.actions import row_action
from krafter_audit.admin.base import AutocompleteFilter, ReadOnlyAdmin, badge_column
from notifications.alerts import finding_history  # noqa: F401  adds alerts to the history of findings
from notifications.alerts.messages import label_of, numbers
from notifications.models import Alert, Destination, Unsubscription
from notifications.unsubscribing import subscribe_again
from notifications.webhooks import admin as webhooks_admin  # noqa: F401  registers its pages

STATUS_BADGES = {"gathering": "warning", "sending": "info", "sent": "success", "failed": "danger"}


def sentences(lines: Iterable[str]) -> Iterator[str]:
    return (line[:1].upper() + line[1:] for line in lines)


@admin.register(Alert)
class AlertAdmin(ReadOnlyAdmin):
    list_display = (
        "created_at",
        "project",
        "channel",
        badge_column("status", STATUS_BADGES),
        "total",
        "held_back",
        "outcome",
        "sent_at",
    )
    list_filter: ClassVar = ["channel", "status", ("project", AutocompleteFilter)]
    list_select_related = ("project__organization",)
    fields = (
        "project", "channel", "status", "total", "numbers", "worst_list", "held_back", "due_at", "outcome", "sent_at",
    )  # fmt: skip

    @admin.display(description="by severity")
    def numbers(self, alert: Alert) -> str:
        return format_html_join("", "<div>{}</div>", ((line,) for line in sentences(numbers(alert)))) or "-"

    @admin.display(description="named in the message")
    def worst_list(self, alert: Alert) -> str:
        lines = ((line,) for line in sentences(map(label_of, alert.worst)))
        return format_html_join("", "<div>{}</div>", lines) or "-"


@admin.register(Destination)
class DestinationAdmin(ReadOnlyAdmin):
    list_display = ("project", "channel", "updated_at")
    list_filter: ClassVar = ["channel", ("project", AutocompleteFilter)]
    list_select_related = ("project__organization",)
    fields = ("project", "channel", "recipient_list", "updated_at")
    deferred_fields = ("credentials",)

    @admin.display(description="recipients")
    def recipient_list(self, row: Destination) -> str:
        return ", ".join(row.recipients)


@admin.register(Unsubscription)
class UnsubscriptionAdmin(ReadOnlyAdmin):
    list_display = ("email", "project", "created_at")
    list_filter: ClassVar = [("project", AutocompleteFilter)]
    list_select_related = ("project__organization",)
    search_fields = ("email",)
    actions: ClassVar = ["subscribe_again"]

    @row_action("Send alerts again")
    def subscribe_again(self, request: HttpRequest, row: Unsubscription) -> str:
        subscribe_again(row.project, row.email, by=operator(request))
        return "alerts are sent again."
