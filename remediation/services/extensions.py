from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import Project
from krafter_audit.api.errors import InvalidParams
from remediation.errors import NoDueDate, TaskDone
from remediation.locks import lock_task
from remediation.models import Task
from remediation.services.due_dates import due_date_moved_data, log_moves, rules_of_tasks
from remediation.sla.business_hours import Calendar, add_counted_time, counted_time
from remediation.sla.models import PauseCause, SlaExtension, SlaPause
from remediation.sla.policy import MAX_HOURS

HOURS_REQUIRED = "The clock is paused: send hours, which are added to the time that is left."
MAX_AHEAD = timedelta(hours=MAX_HOURS)
TOO_LATE = "Use a time within the next ten years."
NOT_LATER = "Use a time that is later than the present due date and than now."


@transaction.atomic
def extend(
    task_id: UUID,
    *,
    reason: str,
    by: Actor,
    hours: float | None = None,
    due_at: datetime | None = None,
    project: Project | None = None,
) -> SlaExtension:
    """Extend the due date to `due_at`, or by hours that count; a paused clock has these hours more.

    Raises NotFound, TaskDone, NoDueDate, InvalidParams.
    """
    task = lock_task(task_id, project).task
    if task.status == Task.Status.DONE:
        raise TaskDone
    calendar = rules_of_tasks([task])[task.pk].calendar
    extension = SlaExtension(task=task, extended_by_id=by.user_id, reason=reason, due_before=task.sla_due_at)
    if task.sla_due_at is None:
        _extend_paused(task, extension, calendar, hours)
    else:
        _extend_running(task.sla_due_at, extension, calendar, hours, due_at)
    extension.save(force_insert=True)
    data = {"reason": reason, "seconds": int(extension.amount.total_seconds())}
    log_moves(
        task.project, [(task.pk, due_date_moved_data(task, extension.due_after, "extended", **data))], by=by
    )
    Task.transitions.apply(task, task.status, sla_due_at=extension.due_after)
    return extension


def _extend_running(
    due: datetime, extension: SlaExtension, calendar: Calendar, hours: float | None, due_at: datetime | None
) -> None:
    after = due_at or add_counted_time(calendar, due, timedelta(hours=hours or 0))
    now, field = timezone.now(), "due_at" if due_at else "hours"
    if after <= due or after <= now:
        raise InvalidParams(details={field: [NOT_LATER]})
    if after > now + MAX_AHEAD:
        raise InvalidParams(details={field: [TOO_LATE]})
    extension.due_after, extension.amount = after, counted_time(calendar, due, after)


def _extend_paused(task: Task, extension: SlaExtension, calendar: Calendar, hours: float | None) -> None:
    pause = SlaPause.objects.filter(task=task, ended_at=None).first()
    if pause is None or not (task.sla_from_policy or pause.cause == PauseCause.DISMISSED):
        raise NoDueDate
    if hours is None:
        raise InvalidParams(details={"due_at": [HOURS_REQUIRED]})
    extension.amount = timedelta(hours=hours)
    pause.left += extension.amount
    if pause.missed_due_at:
        after = add_counted_time(calendar, pause.missed_due_at, extension.amount)
        pause.missed_due_at = after if after <= pause.started_at else None
    pause.save(update_fields=["left", "missed_due_at", "updated_at"])
