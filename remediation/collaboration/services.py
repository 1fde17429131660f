from collections.abc import Sequence
from uuid import UUID

from django.db import transaction

from accounts.actors import Actor
from accounts.models import Project
from events.log import log_event
from krafter_audit.api.errors import InvalidParams
from krafter_audit.api.etags import require_match
from krafter_audit.api.lookup import get_or_404
from krafter_audit.db.advisory_locks import advisory_lock
from remediation.errors import NotTheAuthor
from remediation.locks import lock_task
from remediation.models import MAX_LABELS_OF_PROJECT, Task, TaskComment, TaskLabel


@transaction.atomic
def add_comment(task: Task, *, body: str, by: Actor) -> TaskComment:
    comment = TaskComment.objects.create(task=task, author_id=by.user_id, body=body)
    log_event("task.commented", task, by=by, comment_id=comment.pk)
    return comment


@transaction.atomic
def edit_comment(
    task: Task, comment_id: UUID, *, body: str, by: Actor, if_match: str | None = None
) -> TaskComment:
    """Replace the text of one's own comment. Raises NotFound or NotTheAuthor."""
    comment = _lock_own_comment(task, comment_id, by)
    require_match(if_match, comment)
    if comment.body != body:
        comment.body = body
        comment.save(update_fields=["body", "updated_at"])
        log_event("task.comment_edited", task, by=by, comment_id=comment.pk)
    return comment


@transaction.atomic
def delete_comment(task: Task, comment_id: UUID, *, by: Actor, if_match: str | None = None) -> TaskComment:
    """Delete one's own comment and return it. Raises NotFound or NotTheAuthor."""
    comment = _lock_own_comment(task, comment_id, by)
    require_match(if_match, comment)
    TaskComment.objects.filter(pk=comment.pk).delete()
    log_event("task.comment_deleted", task, by=by, comment_id=comment.pk)
    return comment


def _lock_own_comment(task: Task, comment_id: UUID, by: Actor) -> TaskComment:
    comment = get_or_404(TaskComment.objects.select_for_update(), task=task, pk=comment_id)
    if comment.author_id is None or comment.author_id != by.user_id:
        raise NotTheAuthor
    return comment


@transaction.atomic
def set_labels(
    task_id: UUID, *, project: Project, names: Sequence[str], by: Actor, if_match: str | None = None
) -> Task:
    """Replace the labels of a task. A new name creates the label, and a label without tasks is deleted."""
    task = lock_task(task_id, project).task
    require_match(if_match, task)
    # One change of the project's labels at a time: a label without tasks may be deleted.
    advisory_lock(f"labels:{project.pk}")
    was = task.label_names
    now = sorted(set(names))
    if was == now:
        return task
    labels = TaskLabel.objects.filter(project=project)
    rows = [TaskLabel(project=project, name=name) for name in now]
    TaskLabel.objects.bulk_create(rows, ignore_conflicts=True)
    task.labels.set(labels.filter(name__in=now))
    labels.filter(name__in=set(was) - set(now), tasks__isnull=True).delete()
    if labels.count() > MAX_LABELS_OF_PROJECT:
        raise InvalidParams(details={"labels": [f"A project has at most {MAX_LABELS_OF_PROJECT} labels."]})
    task.save(update_fields=["updated_at"])
    log_event("task.labelled", task, by=by, before=was, after=now)
    return task
