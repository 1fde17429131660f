from typing import ClassVar

from django.contrib import admin
from django.http import HttpRequest

from accounts.admin_actor import operator
from krafter_audit.admin.actions import row_action
from krafter_audit.admin.base import (
    DANGER,
    INFO,
    SUCCESS,
    WARNING,
    AutocompleteFilter,
    ReadOnlyAdmin,
    badge_column,
)
from notifications import finding_history  # noqa: F401  adds alerts to the history of findings
from notifications.models import Alert, Destination, Unsubscription
from notifications.unsubscribing import subscribe_again
from notifications.webhooks import admin as webhooks_admin  # noqa: F401  registers its pages

STATUS_BADGES = {"gathering": WARNING, "sending": INFO, "sent": SUCCESS, "failed": DANGER}


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
    list_select_related = ("project",)


@admin.register(Destination)
class DestinationAdmin(ReadOnlyAdmin):
    list_display = ("project", "channel", "updated_at")
    list_filter: ClassVar = ["channel", ("project", AutocompleteFilter)]
    list_select_related = ("project",)
    exclude = deferred_fields = ("credentials",)


@admin.register(Unsubscription)
class UnsubscriptionAdmin(ReadOnlyAdmin):
    list_display = ("email", "project", "created_at")
    list_filter: ClassVar = [("project", AutocompleteFilter)]
    list_select_related = ("project",)
    search_fields = ("email",)
    actions: ClassVar = ["subscribe_again"]

    @row_action("Send alerts again")
    def subscribe_again(self, request: HttpRequest, row: Unsubscription) -> str:
        subscribe_again(row.project, row.email, by=operator(request))
        return "alerts are sent again."
