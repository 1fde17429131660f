"""Ticket links, sync runs, conflicts and webhooks: read-only, without secrets."""

from typing import ClassVar

from django.contrib import admin
from django.http import HttpRequest

from accounts.actors import Actor
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
from krafter_audit.admin.actions import row_action
from krafter_audit.admin.archived_projects import OPERATE_ON_ARCHIVED
from krafter_audit.admin.base import (
    DANGER,
    INFO,
    SUCCESS,
    WARNING,
    ReadOnlyAdmin,
    badge_column,
)

OUTCOMES = {
    "running": INFO,
    "succeeded": SUCCESS,
    "failed": DANGER,
    "paused": WARNING,
    "interrupted": WARNING,
}
DISABLING = "The URL no longer accepts deliveries, and the secret is deleted. Changes are read by each sync."


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

    @row_action(
        "Keep the task's value", consequence="The value of the ticket is overwritten with that of the task."
    )
    def keep_ours(self, request: HttpRequest, conflict: SyncConflict) -> str:
        return resolve(conflict, SyncConflict.Resolution.OURS, operator(request))

    @row_action(
        "Keep the ticket's value", consequence="The value of the task is overwritten with that of the ticket."
    )
    def keep_theirs(self, request: HttpRequest, conflict: SyncConflict) -> str:
        return resolve(conflict, SyncConflict.Resolution.THEIRS, operator(request))


def resolve(conflict: SyncConflict, resolution: str, by: Actor) -> str:
    project, provider = conflict.integration.project, conflict.integration.provider
    resolved = conflicts.resolve(project, provider, conflict.pk, resolution=resolution, by=by)
    return f"resolved, {resolved.resolution} kept."


@admin.register(Webhook)
class WebhookAdmin(ReadOnlyAdmin):
    organization_path, project_path = "integration__organization", "integration__project"
    list_display = ("integration", "last_delivery_at", "updated_at")
    list_select_related = ("integration",)
    exclude = deferred_fields = ("credentials",)
    actions: ClassVar = ["disable"]

    def describe_row(self, row: Webhook) -> str:
        return f"Webhook of {row.integration.provider}"

    @row_action("Disable the webhook", permission=OPERATE_ON_ARCHIVED, consequence=DISABLING)
    def disable(self, request: HttpRequest, webhook: Webhook) -> str:
        integration = webhook.integration
        webhooks.disable(integration.project, integration.provider, by=operator(request))
        return "disabled."


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(ReadOnlyAdmin):
    organization_path, project_path = "integration__organization", "integration__project"
    list_display = ("created_at", "integration", "event", "delivery_id", "processed_at")
    # The digest identifies a repeated body; it says nothing to a person.
    exclude = ("body_digest",)
    list_filter: ClassVar = ["integration__provider", ("processed_at", admin.EmptyFieldListFilter)]
    list_select_related = ("integration",)
    search_fields = ("^delivery_id",)
