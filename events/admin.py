from typing import ClassVar

from django.contrib import admin

from events.models import Event
from krafter_audit.admin.base import AutocompleteFilter, ReadOnlyAdmin, render_json


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    organization_path = "organization"
    list_display = ("at", "name", "project", "subject_id", "actor", "actor_id")
    list_filter: ClassVar = [("project", AutocompleteFilter)]
    list_select_related = ("project",)
    search_help_text = "Start of the event name, or the id of its subject."
    search_fields = ("^name",)
    uuid_search_field = "subject_id"
    fields = (
        "at", "name", "organization", "project", "subject_id", "actor", "actor_id", "request_id",
        "data_json",
    )  # fmt: skip
    readonly_fields = ("data_json",)

    @admin.display(description="data")
    def data_json(self, event: Event) -> str:
        return render_json(event.data)
