"""Integrations in the admin: statuses are read, credentials are never shown, the buttons are the services."""

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from accounts.actors import Actor
from integrations import services
from integrations.models import ExternalLink, Integration, SyncRun
from krafter_audit.lib.errors import Refusal


class ReadOnlyAdmin(ModelAdmin):
    """Rows that services write and staff read."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nothing is made by hand."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nothing is changed by hand."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nothing is deleted by hand."""
        return False


@admin.register(Integration)
class IntegrationAdmin(ReadOnlyAdmin):
    """The connections of all projects."""

    list_display = ("project", "provider", "status", "last_sync_at", "last_error", "updated_at")
    list_filter = ("provider", "status")
    list_select_related = ("project",)
    search_fields = ("project__slug", "organization__name")
    exclude = ("credentials", "cursor", "generation")
    actions: ClassVar = ["sync_now", "disconnect"]
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Integration]:
        """Leave the sealed credentials where they are."""
        return super().get_queryset(request).defer("credentials")

    @admin.action(description="Sync now", permissions=["view"])
    def sync_now(self, request: HttpRequest, queryset: QuerySet[Integration]) -> None:
        """Ask for a sync of each."""
        self._each(request, queryset, services.request_sync, "asked to sync")

    @admin.action(description="Disconnect and wipe the credentials", permissions=["view"])
    def disconnect(self, request: HttpRequest, queryset: QuerySet[Integration]) -> None:
        """Disconnect each."""
        self._each(request, queryset, services.disconnect, "disconnected")

    def _each(self, request: HttpRequest, queryset: QuerySet[Integration], service: Any, done: str) -> None:
        by = Actor("admin", request.user.pk)
        for row in queryset.select_related("project__organization"):
            try:
                service(row.project, row.provider, by=by)
            except Refusal as refusal:
                self.message_user(request, f"{row}: {refusal.message}", messages.WARNING)
            else:
                self.message_user(request, f"{row.project} {row.provider}: {done}.", messages.SUCCESS)


@admin.register(ExternalLink)
class ExternalLinkAdmin(ReadOnlyAdmin):
    """Which ticket stands for which task."""

    list_display = ("key", "task", "integration", "state", "updated_at")
    list_filter = ("state",)
    list_select_related = ("task", "integration")
    search_fields = ("key",)
    show_full_result_count = False


@admin.register(SyncRun)
class SyncRunAdmin(ReadOnlyAdmin):
    """What each sync did."""

    list_display = ("integration", "outcome", "started_at", "finished_at", "pushed", "pulled", "error")
    list_filter = ("outcome",)
    list_select_related = ("integration",)
    show_full_result_count = False
