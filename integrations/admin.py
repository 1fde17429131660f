"""Integrations in the admin: statuses are read, credentials are never shown, the buttons are the services."""

from typing import ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.admin import operator
from integrations import services
from integrations.models import (
    Alert,
    Destination,
    Integration,
    SyncConflict,
    SyncRun,
    TicketLink,
    Webhook,
    WebhookDelivery,
)
from integrations.sync import conflicts
from krafter_audit.admin.base import (
    DANGER,
    INFO,
    PRIMARY,
    SUCCESS,
    WARNING,
    AutocompleteFilter,
    ReadOnlyAdmin,
    badge_column,
)

STATUSES = {"connected": SUCCESS, "syncing": INFO, "error": DANGER, "disconnected": PRIMARY}
OUTCOMES = {
    "running": INFO,
    "succeeded": SUCCESS,
    "failed": DANGER,
    "paused": WARNING,
    "interrupted": WARNING,
}


@admin.register(Integration)
class IntegrationAdmin(ReadOnlyAdmin):
    """The connections of all projects."""

    list_display = (
        "provider",
        "project",
        badge_column("status", STATUSES),
        "last_sync_at",
        "next_sync_at",
        "last_error",
        "updated_at",
    )
    list_filter = ("provider", "status", ("project", AutocompleteFilter))
    list_select_related = ("project",)
    search_fields = ("^project__slug", "^organization__name")
    exclude = ("credentials", "cursor", "credentials_version")
    actions: ClassVar = ["sync_now", "disconnect"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Integration]:
        """Leave the sealed credentials where they are."""
        return super().get_queryset(request).defer("credentials")

    @admin.action(description="Sync now", permissions=["operate"])
    def sync_now(self, request: HttpRequest, queryset: QuerySet[Integration]) -> None:
        """Ask for a sync of each."""

        def sync(row: Integration) -> str:
            services.sync_now(row.project, row.provider, by=operator(request))
            return "asked to sync."

        self.run_for_each(request, queryset, sync)

    @admin.action(description="Disconnect and wipe the credentials", permissions=["operate"])
    def disconnect(self, request: HttpRequest, queryset: QuerySet[Integration]) -> None:
        """Disconnect each."""

        def disconnect(row: Integration) -> str:
            services.disconnect(row.project, row.provider, by=operator(request))
            return "disconnected."

        self.run_for_each(request, queryset, disconnect)


@admin.register(TicketLink)
class TicketLinkAdmin(ReadOnlyAdmin):
    """Which ticket stands for which task."""

    list_display = ("key", "task", "integration", "state", "halted_at", "updated_at")
    list_filter: ClassVar = ["state", ("halted_at", admin.EmptyFieldListFilter)]
    list_select_related = ("task", "integration")
    search_fields = ("^key",)


@admin.register(SyncRun)
class SyncRunAdmin(ReadOnlyAdmin):
    """What each sync did."""

    list_display = (
        "integration",
        badge_column("outcome", OUTCOMES),
        "started_at",
        "finished_at",
        "pushed",
        "pulled",
        "error",
    )
    list_filter = ("outcome",)
    list_select_related = ("integration",)


@admin.register(SyncConflict)
class SyncConflictAdmin(ReadOnlyAdmin):
    """What a task and its ticket want differently; the buttons say whose side counts."""

    list_display = ("link", "field", "ours", "theirs", "why", "kept", "resolved_at", "created_at")
    list_filter: ClassVar = ["field", "kept", ("resolved_at", admin.EmptyFieldListFilter)]
    list_select_related = ("link", "integration__project")
    search_fields = ("^link__key",)
    actions: ClassVar = ["keep_ours", "keep_theirs"]

    @admin.action(description="Let our side count", permissions=["operate"])
    def keep_ours(self, request: HttpRequest, queryset: QuerySet[SyncConflict]) -> None:
        """What the task says goes out with the next sync."""
        self._resolve(request, queryset, SyncConflict.Kept.OURS)

    @admin.action(description="Let their side count", permissions=["operate"])
    def keep_theirs(self, request: HttpRequest, queryset: QuerySet[SyncConflict]) -> None:
        """The task takes what its ticket says."""
        self._resolve(request, queryset, SyncConflict.Kept.THEIRS)

    def _resolve(self, request: HttpRequest, queryset: QuerySet[SyncConflict], kept: str) -> None:
        def resolve(row: SyncConflict) -> str:
            place = row.integration
            done = conflicts.resolve(place.project, place.provider, row.pk, kept=kept, by=operator(request))
            return f"{done.kept} counts."

        self.run_for_each(request, queryset, resolve)


@admin.register(Webhook)
class WebhookAdmin(ReadOnlyAdmin):
    """Where providers call; the secrets are shown by the API alone, once."""

    list_display = ("integration", "last_delivery_at", "updated_at")
    list_select_related = ("integration",)
    exclude = ("credentials",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Webhook]:
        """Leave the sealed secrets where they are."""
        return super().get_queryset(request).defer("credentials")


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(ReadOnlyAdmin):
    """What providers called about, kept for a week."""

    list_display = ("created_at", "integration", "event", "delivery_id", "processed_at")
    exclude = ("body_digest",)
    list_filter: ClassVar = ["integration__provider", ("processed_at", admin.EmptyFieldListFilter)]
    list_select_related = ("integration",)
    search_fields = ("^delivery_id",)


ALERTS = {"gathering": WARNING, "sending": INFO, "sent": SUCCESS, "failed": DANGER}


@admin.register(Alert)
class AlertAdmin(ReadOnlyAdmin):
    """Every message that was or was not sent."""

    list_display = (
        "created_at",
        "project",
        "channel",
        badge_column("status", ALERTS),
        "total",
        "held_back",
        "outcome",
        "sent_at",
    )
    list_filter: ClassVar = ["channel", "status", ("project", AutocompleteFilter)]
    list_select_related = ("project",)


@admin.register(Destination)
class DestinationAdmin(ReadOnlyAdmin):
    """Where alerts go; webhooks are never shown."""

    list_display = ("project", "channel", "updated_at")
    list_filter: ClassVar = ["channel", ("project", AutocompleteFilter)]
    list_select_related = ("project",)
    exclude = ("credentials",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Destination]:
        """Leave the sealed webhooks where they are."""
        return super().get_queryset(request).defer("credentials")
