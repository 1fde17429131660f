"""Ticket links, sync runs, conflicts and webhooks: read-only, without secrets."""

from typing import ClassVar

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html_join

from accounts.actors import Actor
from accounts.admin.actor import staff_actor
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
from krafter_audit.admin.base import ReadOnlyAdmin, badge_column
from krafter_audit.admin.field_values import field_label, value_in_words
from krafter_audit.admin.text import status_label, web_link

OUTCOMES = {
    "running": "info",
    "succeeded": "success",
    "failed": "danger",
    "paused": "warning",
    "interrupted": "warning",
}
DISABLE_CONSEQUENCE = (
    "The URL no longer accepts deliveries, and the secret is deleted. Changes are read by each sync."
)


@admin.register(TicketLink)
class TicketLinkAdmin(ReadOnlyAdmin):
    organization_path, project_path = "integration__organization", "integration__project"
    empty_text = "A connected tracker gets a ticket for each task."
    list_display = ("key", "task", "integration", "state", "halted_at", "updated_at")
    list_filter: ClassVar = ["state", ("halted_at", admin.EmptyFieldListFilter)]
    list_select_related = ("task", "integration__project")
    search_fields = ("^key",)
    fields = (
        "integration",
        "task",
        "key",
        "link",
        "state",
        "synced",
        "task_synced_at",
        "halted_at",
        "updated_at",
    )

    @admin.display(description="URL")
    def link(self, row: TicketLink) -> str:
        return web_link(row.url)

    @admin.display(description="last synced values")
    def synced(self, row: TicketLink) -> str:
        lines = (
            (side.capitalize(), field_label(name), value_in_words(name, value))
            for side, values in row.last_synced.items()
            for name, value in values.items()
        )
        return format_html_join("", "<div>{}: {} {}</div>", lines) or "-"


@admin.register(SyncRun)
class SyncRunAdmin(ReadOnlyAdmin):
    organization_path, project_path = "integration__organization", "integration__project"
    empty_text = "A connected provider is synced every 15 minutes."
    list_display = (
        "integration",
        badge_column("outcome", OUTCOMES),
        "started_at",
        "finished_at",
        "received",
        "sent",
        "error",
    )
    list_filter = ("outcome",)
    list_select_related = ("integration__project",)
    fields = (
        "integration", "outcome", "started_at", "finished_at", "received", "sent", "refusal_list", "note_list", "error",
    )  # fmt: skip

    @admin.display(description="received")
    def received(self, run: SyncRun) -> int:
        return run.pulled

    @admin.display(description="sent")
    def sent(self, run: SyncRun) -> int:
        return run.pushed

    @admin.display(description="refused")
    def refusal_list(self, run: SyncRun) -> str:
        lines = ((refusal["subject"], refusal["reason"]) for refusal in run.refusals)
        return format_html_join("", "<div>{}: {}</div>", lines) or "-"

    @admin.display(description="notes")
    def note_list(self, run: SyncRun) -> str:
        return format_html_join("", "<div>{}</div>", ((note,) for note in run.notes)) or "-"


@admin.register(SyncConflict)
class SyncConflictAdmin(ReadOnlyAdmin):
    organization_path, project_path = "integration__organization", "integration__project"
    empty_text = "A field that was changed in a task and in its ticket is listed here."
    list_display = (
        "link",
        "field",
        "task_value",
        "ticket_value",
        "reason",
        "resolution",
        "resolved_at",
        "created_at",
    )
    list_filter: ClassVar = ["field", "resolution", ("resolved_at", admin.EmptyFieldListFilter)]
    list_select_related = ("link", "integration__project")
    search_fields = ("^link__key",)
    actions: ClassVar = ["keep_ours", "keep_theirs"]
    fields = (
        "integration", "link", "field", "task_value", "ticket_value", "reason", "resolution", "resolved_at",
        "resolved_by",
    )  # fmt: skip

    def refusals(self, request: HttpRequest, row: SyncConflict) -> dict[str, str]:
        return dict.fromkeys(self.actions, "The conflict is resolved.") if row.resolved_at else {}

    @admin.display(description="task's value")
    def task_value(self, conflict: SyncConflict) -> str:
        return value_of(conflict, conflict.ours)

    @admin.display(description="ticket's value")
    def ticket_value(self, conflict: SyncConflict) -> str:
        return value_of(conflict, conflict.theirs)

    @row_action(
        "Keep the task's value", consequence="The value of the ticket is overwritten with that of the task."
    )
    def keep_ours(self, request: HttpRequest, conflict: SyncConflict) -> str:
        return resolve(conflict, SyncConflict.Resolution.OURS, staff_actor(request))

    @row_action(
        "Keep the ticket's value", consequence="The value of the task is overwritten with that of the ticket."
    )
    def keep_theirs(self, request: HttpRequest, conflict: SyncConflict) -> str:
        return resolve(conflict, SyncConflict.Resolution.THEIRS, staff_actor(request))


def value_of(conflict: SyncConflict, value: str) -> str:
    """Return a value of either side in words: states are codes, titles are texts."""
    return (value if conflict.field == SyncConflict.Field.TITLE else status_label(value)) or "empty"


def resolve(conflict: SyncConflict, resolution: str, by: Actor) -> str:
    project, provider = conflict.integration.project, conflict.integration.provider
    resolved = conflicts.resolve(project, provider, conflict.pk, resolution=resolution, by=by)
    return f"resolved. {resolved.get_resolution_display()}."


@admin.register(Webhook)
class WebhookAdmin(ReadOnlyAdmin):
    organization_path, project_path = "integration__organization", "integration__project"
    empty_text = "A webhook is enabled on the page of an integration."
    list_display = ("integration", "last_delivery_at", "updated_at")
    list_select_related = ("integration__project",)
    exclude = deferred_fields = ("credentials",)
    actions: ClassVar = ["disable"]
    tones: ClassVar = {"disable": "danger"}

    def describe_row(self, row: Webhook) -> str:
        return f"Webhook of {row.integration}"

    @row_action("Disable the webhook", permission=OPERATE_ON_ARCHIVED, consequence=DISABLE_CONSEQUENCE)
    def disable(self, request: HttpRequest, webhook: Webhook) -> str:
        integration = webhook.integration
        webhooks.disable(integration.project, integration.provider, by=staff_actor(request))
        return "disabled."


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(ReadOnlyAdmin):
    organization_path, project_path = "integration__organization", "integration__project"
    empty_text = "Requests of providers with an enabled webhook are listed here."
    list_display = ("created_at", "integration", "event", "delivery_id", "processed_at")
    # The digest identifies a repeated body; it says nothing to a person.
    exclude = ("body_digest", "ticket_ids")
    readonly_fields = ("tickets",)
    list_filter: ClassVar = ["integration__provider", ("processed_at", admin.EmptyFieldListFilter)]
    list_select_related = ("integration__project",)
    search_fields = ("^delivery_id",)

    @admin.display(description="tickets")
    def tickets(self, row: WebhookDelivery) -> str:
        return ", ".join(map(str, row.ticket_ids))
