"""Ticket links, sync runs, conflicts and webhooks: read-only, without secrets."""

from typing import ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.admin_actor import operator
from integrations.models import (
    SyncConflict,
    SyncRun,
    TicketLink,
    Webhook,
    WebhookDelivery,
)
from integrations.sync.tickets import conflicts
from integrations.webhooks import services as webhooks
from krafter_audit.admin.base import (
    DANGER,
    INFO,
    SUCCESS,
    WARNING,
    ReadOnlyAdmin,
    badge_column,
)
from krafter_audit.admin.confirmation import confirmed

OUTCOMES = {
    "running": INFO,
    "succeeded": SUCCESS,
    "failed": DANGER,
    "paused": WARNING,
    "interrupted": WARNING,
}


@admin.register(TicketLink)
class TicketLinkAdmin(ReadOnlyAdmin):
    organization_path, project_path = "integration__organization", "integration__project"
    list_display = ("key", "task", "integration", "state", "halted_at", "updated_at")
    list_filter: ClassVar = ["state", ("halted_at", admin.EmptyFieldListFilter)]
    list_select_related = ("task", "integration")
    search_fields = ("^key",)


@admin.register(SyncRun)
class SyncRunAdmin(ReadOnlyAdmin):
    organization_path, project_path = "integration__organization", "integration__project"
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
    organization_path, project_path = "integration__organization", "integration__project"
    list_display = ("link", "field", "ours", "theirs", "why", "resolution", "resolved_at", "created_at")
    list_filter: ClassVar = ["field", "resolution", ("resolved_at", admin.EmptyFieldListFilter)]
    list_select_related = ("link", "integration__project")
    search_fields = ("^link__key",)
    actions: ClassVar = ["keep_ours", "keep_theirs"]

    @admin.action(description="Keep the task's value", permissions=["operate"])
    @confirmed("The value of the ticket is overwritten with that of the task.")
    def keep_ours(self, request: HttpRequest, queryset: QuerySet[SyncConflict]) -> None:
        self._resolve(request, queryset, SyncConflict.Resolution.OURS)

    @admin.action(description="Keep the ticket's value", permissions=["operate"])
    @confirmed("The value of the task is overwritten with that of the ticket.")
    def keep_theirs(self, request: HttpRequest, queryset: QuerySet[SyncConflict]) -> None:
        self._resolve(request, queryset, SyncConflict.Resolution.THEIRS)

    def _resolve(self, request: HttpRequest, queryset: QuerySet[SyncConflict], resolution: str) -> None:
        def resolve(conflict: SyncConflict) -> str:
            project, provider = conflict.integration.project, conflict.integration.provider
            resolved = conflicts.resolve(
                project, provider, conflict.pk, resolution=resolution, by=operator(request)
            )
            return f"resolved, {resolved.resolution} kept."

        self.run_for_each(request, queryset, resolve)


@admin.register(Webhook)
class WebhookAdmin(ReadOnlyAdmin):
    organization_path, project_path = "integration__organization", "integration__project"
    list_display = ("integration", "last_delivery_at", "updated_at")
    list_select_related = ("integration",)
    exclude = deferred_fields = ("credentials",)
    actions: ClassVar = ["disable"]

    def describe_row(self, row: Webhook) -> str:
        return f"Webhook of {row.integration.provider}"

    @admin.action(description="Disable the webhook", permissions=["operate"])
    @confirmed(
        "The URL no longer accepts deliveries, and the secret is deleted. Changes are read by each sync."
    )
    def disable(self, request: HttpRequest, queryset: QuerySet[Webhook]) -> None:
        def disable(webhook: Webhook) -> str:
            integration = webhook.integration
            webhooks.disable(integration.project, integration.provider, by=operator(request))
            return "disabled."

        self.run_for_each(request, queryset, disable)


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(ReadOnlyAdmin):
    organization_path, project_path = "integration__organization", "integration__project"
    list_display = ("created_at", "integration", "event", "delivery_id", "processed_at")
    # The digest identifies a repeated body; it says nothing to a person.
    exclude = ("body_digest",)
    list_filter: ClassVar = ["integration__provider", ("processed_at", admin.EmptyFieldListFilter)]
    list_select_related = ("integration",)
    search_fields = ("^delivery_id",)
