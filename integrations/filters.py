import django_filters
from django.db.models import QuerySet

from integrations.models import SyncConflict
from krafter_audit.api.lists.filters import ChoiceFilter, ChoicesFilter, ListFilter


class ConflictFilter(ListFilter):
    """Filters of conflicts; only open ones by default."""

    status = ChoiceFilter(
        choices=[("open", "open"), ("resolved", "resolved"), ("all", "all")], method="by_status"
    )
    field = ChoicesFilter(choices=SyncConflict.Field.choices)
    task_id = django_filters.UUIDFilter("link__task_id")
    external_ticket_key = django_filters.CharFilter("link__key")

    def by_status(self, rows: QuerySet[SyncConflict], name: str, value: str) -> QuerySet[SyncConflict]:
        return rows if value == "all" else rows.filter(resolved_at__isnull=value == "open")
