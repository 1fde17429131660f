"""Filters of the tasks list."""

from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.utils import timezone

from findings.models import Severity
from remediation.models import Task


class TaskFilter(django_filters.FilterSet):
    """Filters by status and priority (each may be repeated), owner_id, finding_id and overdue."""

    status = django_filters.MultipleChoiceFilter(choices=Task.Status.choices)
    priority = django_filters.MultipleChoiceFilter(choices=Severity.choices)
    owner_id = django_filters.UUIDFilter()
    finding_id = django_filters.UUIDFilter()
    overdue = django_filters.ChoiceFilter(
        choices=[("true", "true"), ("false", "false")], method="by_due_date"
    )

    class Meta:
        model = Task
        fields = ("status", "priority", "owner_id", "finding_id", "overdue")

    def by_due_date(self, rows: QuerySet[Task], name: str, value: Any) -> QuerySet[Task]:
        now = timezone.now()
        if value == "true":
            return rows.exclude(status=Task.Status.DONE).filter(sla_due_at__lt=now)
        return rows.filter(Q(status=Task.Status.DONE) | Q(sla_due_at__isnull=True) | Q(sla_due_at__gte=now))
