"""Alerts and their destinations in the admin, read-only."""

from typing import ClassVar

from django.contrib import admin

from krafter_audit.admin.base import (
    DANGER,
    INFO,
    SUCCESS,
    WARNING,
    AutocompleteFilter,
    ReadOnlyAdmin,
    badge_column,
)
from notifications.models import Alert, Destination
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
