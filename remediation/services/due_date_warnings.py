from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.actors import SYSTEM
from events.log import log_events
from findings.models import FindingStatus
from remediation.models import Policy, Task
from remediation.sla.policy import rules_of

BATCH_SIZE = 1000  # tasks of one project and warning


def log_due_tasks() -> int:
    """Log tasks that are due soon, once for each warning of the policy; return their number."""
    policies = Policy.objects.filter(active=True, sla_warns_before__isnull=False, project__archived_at=None)
    return sum(
        _log_of_project(policy, timezone.now())
        for policy in policies.select_related("project").order_by("pk")
    )


def _log_of_project(policy: Policy, now: datetime) -> int:
    # The shortest time first: a task that is nearer than several warnings is logged once.
    return sum(_log(policy, before, now) for before in rules_of(policy.config).warnings)


@transaction.atomic
def _log(policy: Policy, before: timedelta, now: datetime) -> int:
    unlogged = Q(sla_warned_before__isnull=True) | Q(sla_warned_before__gt=before)
    due = Task.objects.filter(
        unlogged, project=policy.project, sla_due_at__gt=now, sla_due_at__lte=now + before
    )
    due = due.exclude(status=Task.Status.DONE).exclude(finding__status=FindingStatus.DISMISSED)
    rows = due.order_by("sla_due_at")
    # A task that a request is changing is logged by the next call: this job must not wait for requests.
    tasks = list(
        rows.select_for_update(of=("self",), skip_locked=True).select_related("finding")[:BATCH_SIZE]
    )
    events = [
        (
            task.pk,
            {
                "finding_id": task.finding_id,
                "severity": task.finding.severity,
                "due": task.sla_due_at,
                "before_seconds": int(before.total_seconds()),
            },
        )
        for task in tasks
    ]
    if events:
        log_events("task.due_soon", policy.project, events, by=SYSTEM)
        Task.objects.filter(pk__in=[task.pk for task in tasks]).update(sla_warned_before=before)
    return len(tasks)
