"""Integrations in the admin: read-only, without credentials. The actions call the services."""

from collections.abc import Iterator
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.admin import operator
from findings.admin import FindingAdmin
from findings.models import Finding
from integrations import services
from integrations.models import (
    Integration,
    SyncConflict,
    SyncRun,
    TicketComment,
    TicketLink,
    Webhook,
    WebhookDelivery,
)
from integrations.sync.tickets import conflicts
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
from remediation.admin.timeline import SOURCES, Entry
from remediation.models import Task

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
    organization_path = "organization"
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
    deferred_fields = ("credentials",)
    actions: ClassVar = ["sync_now", "disconnect"]

    @admin.action(description="Sync now", permissions=["operate"])
    def sync_now(self, request: HttpRequest, queryset: QuerySet[Integration]) -> None:
        def sync(integration: Integration) -> str:
            services.sync_now(integration.project, integration.provider, by=operator(request))
            return "sync requested."

        self.run_for_each(request, queryset, sync)

    @admin.action(description="Disconnect and delete the credentials", permissions=["operate"])
    def disconnect(self, request: HttpRequest, queryset: QuerySet[Integration]) -> None:
        def disconnect(integration: Integration) -> str:
            services.disconnect(integration.project, integration.provider, by=operator(request))
            return "disconnected."

        self.run_for_each(request, queryset, disconnect)


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
    def keep_ours(self, request: HttpRequest, queryset: QuerySet[SyncConflict]) -> None:
        self._resolve(request, queryset, SyncConflict.Resolution.OURS)

    @admin.action(description="Keep the ticket's value", permissions=["operate"])
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


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(ReadOnlyAdmin):
    organization_path, project_path = "integration__organization", "integration__project"
    list_display = ("created_at", "integration", "event", "delivery_id", "processed_at")
    # The digest identifies a repeated body; it says nothing to a person.
    exclude = ("body_digest",)
    list_filter: ClassVar = ["integration__provider", ("processed_at", admin.EmptyFieldListFilter)]
    list_select_related = ("integration",)
    search_fields = ("^delivery_id",)


def tickets(request: HttpRequest, finding: Finding) -> dict[str, Any]:
    """Return the tickets of a finding's tasks, for the page of the finding."""
    return {"tickets": TicketLink.objects.filter(task__finding=finding).select_related("integration")}


def ticket_entries(finding: Finding, tasks: list[Task]) -> Iterator[Entry]:
    """Yield the tickets of tasks and the comments that were sent, for the history of a finding."""
    links = TicketLink.objects.filter(task__in=tasks).select_related("integration")
    for link in links:
        title = f"Ticket {link.key or 'being created'}"
        yield Entry(link.created_at, title, str(link.integration.get_provider_display()))
    comments = TicketComment.objects.filter(link__in=links, sent_at__isnull=False)
    for comment in comments.select_related("link"):
        if comment.sent_at:
            yield Entry(comment.sent_at, "Comment sent", f"on ticket {comment.link.key}: checks failed")


FindingAdmin.sections.append(tickets)
SOURCES.append(ticket_entries)
