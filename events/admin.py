"""The audit log in the admin, read-only."""

from typing import ClassVar

from django.contrib import admin

from events.models import Event
from krafter_audit.admin.base import AutocompleteFilter, ReadOnlyAdmin, render_json


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    """Events, newest first. A search by id finds every event about that row."""

    list_display = ("at", "name", "project", "subject_id", "actor", "actor_id")
    list_filter: ClassVar = [("project", AutocompleteFilter)]
    list_select_related = ("project",)
    search_help_text = "The id of the subject, or the beginning of the event's name"
    search_fields = ("^name",)
    uuid_search_field = "subject_id"
    fields = (
        "at", "name", "organization", "project", "subject_id", "actor", "actor_id", "request_id",
        "what_changed",
    )  # fmt: skip
    readonly_fields = ("what_changed",)

    @admin.display(description="data")
    def what_changed(self, event: Event) -> str:
        return render_json(event.data)
