from collections.abc import Mapping
from typing import Any
from uuid import UUID

import django_filters
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils import timezone

from accounts.models import Project
from bulk_changes import services as bulk_changes
from findings.models import Severity
from krafter_audit.api.lists.filters import (
    ChoicesFilter,
    ListFilter,
    OwnerFilter,
    SearchFilter,
    TextsFilter,
    TrueOrFalseFilter,
    filter_rows,
)
from remediation.models import SEARCH_COLUMN, Result, Task, TaskLabel
from remediation.verification_states import BlockedBy, VerificationState


class VerificationFilter(ListFilter):
    result = ChoicesFilter(choices=Result.choices)
    state = ChoicesFilter(choices=VerificationState.choices)
    blocked_by = ChoicesFilter(choices=BlockedBy.choices)
    task_id = django_filters.UUIDFilter()


class LabelFilter(TextsFilter):
    """Names of labels, all of which a task has. The rows are those of one project."""

    def filter(self, qs: QuerySet[Task], value: list[str] | None) -> QuerySet[Task]:
        if not value:
            return qs
        newest = self.parent.queryset.order_by("-created_at", "-id")  # by an index
        of_project = newest.values_list("project_id", flat=True)[:1]
        known = TaskLabel.objects.filter(project__in=list(of_project), name__in=value)
        labels = dict(known.values_list("name", "pk"))
        if set(value) - labels.keys():
            return qs.none()
        # By id: PostgreSQL has statistics of each label. By name it assumes the average of all labels, and reads the
        # tasks of the project in order to find the few that have a rare label.
        for label in labels.values():
            qs = qs.filter(labels=label)
        return qs


class TaskCountFilter(django_filters.FilterSet):
    status = ChoicesFilter(choices=Task.Status.choices)
    priority = ChoicesFilter(choices=Severity.choices)
    owner_id = OwnerFilter()


# A filter that bulk updates and campaigns accept, too, is also a field of TaskFilterRequestSerializer.
class TaskFilter(TaskCountFilter, ListFilter):
    unordered_filters = frozenset({"campaign"})

    label = LabelFilter("labels")
    finding_id = django_filters.UUIDFilter()
    # A relation of a higher app: only its name is known here.
    campaign = django_filters.UUIDFilter("campaign_tasks__campaign")
    overdue = TrueOrFalseFilter(method="by_due_date")

    external_ticket_key = django_filters.CharFilter()
    pr_url = django_filters.CharFilter()
    q = SearchFilter(SEARCH_COLUMN)

    def by_due_date(self, rows: QuerySet[Task], name: str, value: Any) -> QuerySet[Task]:
        now = timezone.now()
        if value == "true":
            return rows.exclude(status=Task.Status.DONE).filter(sla_due_at__lt=now)
        return rows.filter(Q(status=Task.Status.DONE) | Q(sla_due_at__isnull=True) | Q(sla_due_at__gte=now))


def tasks_matching(project: Project, selection: Mapping[str, Any]) -> list[UUID]:
    """Return the ids that `ids`, `filter` or `all` of a request select.

    Raises NotFound for ids that are not the project's, InvalidParams for too many.
    """
    rows = Task.objects.filter(project=project)
    if "ids" in selection:
        return bulk_changes.existing_ids(rows, selection["ids"], "tasks")
    params = QueryDict(mutable=True)
    for name, value in selection.get("filter", {}).items():
        values = value if isinstance(value, list) else [value]
        params.setlist(
            name, [str(value).lower() if value in (True, False) else str(value) for value in values]
        )
    return bulk_changes.matching_ids(filter_rows(TaskFilter, params, rows)[0])
