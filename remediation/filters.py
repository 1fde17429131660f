"""Filters of the lists of tasks and verifications."""

from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.utils import timezone

from findings.models import Severity
from krafter_audit.api.filters import ChoicesFilter, ListFilter, OwnerFilter, SearchFilter, TextsFilter
from krafter_audit.db.words import with_words
from remediation.models import SEARCHED, Result, Task, Verification
from remediation.verification_states import VerificationState


class VerificationFilter(ListFilter):
    """Filters by result and state, which may be repeated, task and time."""

    result = ChoicesFilter(choices=Result.choices)
    state = ChoicesFilter(choices=VerificationState.choices)
    task_id = django_filters.UUIDFilter()

    class Meta:
        model = Verification
        fields = ("result", "state", "task_id")


class TaskFilter(ListFilter):
    """Filters by status, priority and label (each may be repeated), owner, finding, overdue, ticket, time and words."""

    status = ChoicesFilter(choices=Task.Status.choices)
    priority = ChoicesFilter(choices=Severity.choices)
    owner_id = OwnerFilter()
    label = TextsFilter("labels__name")
    finding_id = django_filters.UUIDFilter()
    overdue = django_filters.ChoiceFilter(
        choices=[("true", "true"), ("false", "false")], method="by_due_date"
    )

    external_ticket_key = django_filters.CharFilter()
    pr_url = django_filters.CharFilter()
    q = SearchFilter(method="by_words")

    class Meta:
        model = Task
        fields = (
            "status",
            "priority",
            "owner_id",
            "label",
            "finding_id",
            "overdue",
            "external_ticket_key",
            "pr_url",
            "q",
        )

    def by_words(self, rows: QuerySet[Task], name: str, value: str) -> QuerySet[Task]:
        return with_words(rows, SEARCHED, value)

    def by_due_date(self, rows: QuerySet[Task], name: str, value: Any) -> QuerySet[Task]:
        now = timezone.now()
        if value == "true":
            return rows.exclude(status=Task.Status.DONE).filter(sla_due_at__lt=now)
        return rows.filter(Q(status=Task.Status.DONE) | Q(sla_due_at__isnull=True) | Q(sla_due_at__gte=now))


class TaskCountFilter(django_filters.FilterSet):
    """The filters of counts: status and priority, which may be repeated, and owner_id."""

    status = ChoicesFilter(choices=Task.Status.choices)
    priority = ChoicesFilter(choices=Severity.choices)
    owner_id = OwnerFilter()

    class Meta:
        model = Task
        fields = ("status", "priority", "owner_id")
