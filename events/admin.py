from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse

from accounts.models import User
from events.activity import due_dates_in_words
from events.models import Event
from events.names import ORGANIZATION_EVENTS, PROJECT_EVENTS, event_label
from krafter_audit.admin.base import AutocompleteFilter, ReadOnlyAdmin, render_json
from krafter_audit.admin.field_values import field_label, value_in_words

SENTENCES = {**PROJECT_EVENTS, **ORGANIZATION_EVENTS}
ACTORS = {
    "admin": "admin",
    "api_key": "API key",
    "integration": "sync",
    "scanner": "scan",
    "system": "system",
}
# Groups of events that are not named as the model of their subject.
MODELS = {"guard": "guardwindow", "webhook": "webhookendpoint"}


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    organization_path = "organization"
    empty_text = "Each change of an organisation is listed here."
    list_display = ("at", "event", "project", "by")
    list_filter: ClassVar = [("project", AutocompleteFilter)]
    list_select_related = ("project__organization",)
    search_help_text = "Words of the event, or the id of its subject."
    search_fields = ("name",)
    uuid_search_field = "subject_id"

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Event], search_term: str
    ) -> tuple[QuerySet[Event], bool]:
        # By exact names: an index returns the newest of these events first.
        names = names_with(search_term)
        if search_term.strip() and names:
            return queryset.filter(name__in=names), False
        return super().get_search_results(request, queryset, search_term)

    def find(self, rows: QuerySet[Event], text: str) -> QuerySet[Event]:
        return rows.none()  # words of no event

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        changes = super().get_changelist_instance(request)
        rows = list(changes.result_list)
        people = User.objects.in_bulk({row.actor_id for row in rows if row.actor_id})
        for row in rows:
            row.person = people.get(row.actor_id)
        changes.result_list = rows
        return changes

    @admin.display(description="by")
    def by(self, row: Any) -> str:
        actor = ACTORS.get(row.actor, row.actor)
        return f"{row.person} ({actor})" if row.person else actor

    @admin.display(description="event")
    def event(self, row: Event) -> str:
        return event_label(row.name)

    def detail_context(self, request: HttpRequest, row: Event) -> dict[str, Any]:
        person = User.objects.filter(pk=row.actor_id).first() if row.actor_id else None
        return {
            "sentence": due_dates_in_words(row) or SENTENCES.get(row.name, ""),
            "subject": self._subject(request, row),
            "person": str(person) if person else "",
            "actor": ACTORS.get(row.actor, row.actor),
            "changes": changes_of(row.data),
            "details": details_of(row.data),
            "json": render_json(row.data),
        }

    def _subject(self, request: HttpRequest, event: Event) -> dict[str, str]:
        group = event.name.partition(".")[0]
        name = MODELS.get(group, group.replace("_", ""))
        for model, page in self.admin_site._registry.items():
            if model._meta.model_name == name and page.has_view_permission(request):
                row = page.get_queryset(request).filter(pk=event.subject_id).first()
                url = f"admin:{model._meta.app_label}_{name}_change"
                return {"url": reverse(url, args=[row.pk]), "title": str(row)} if row else {}
        return {}


def names_with(text: str) -> list[str]:
    """Return the names of events that have all of these words in their name or label."""
    words = text.lower().split()
    return [
        name for name in SENTENCES if all(word in f"{name} {event_label(name)}".lower() for word in words)
    ]


def changes_of(data: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Return the fields that an event changed, with values before and after."""
    before, after = data.get("before"), data.get("after")
    if not (isinstance(before, dict) and isinstance(after, dict)):
        return []
    return [
        (field_label(name), value_in_words(name, before.get(name)), value_in_words(name, value))
        for name, value in after.items()
        if before.get(name) != value
    ]


def details_of(data: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the other values of an event; nested ones are only in its JSON."""
    return [
        (field_label(name), value_in_words(name, value))
        for name, value in data.items()
        if not isinstance(value, dict) and value not in (None, "", [])
    ]
