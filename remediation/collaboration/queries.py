from uuid import UUID

from django.db.models import QuerySet

from accounts.models import Project
from events.models import Event
from krafter_audit.api.lookup import get_or_404
from remediation.models import Task, TaskComment, TaskLabel, Verification


def comments_of(task: Task) -> QuerySet[TaskComment]:
    return TaskComment.objects.filter(task=task).select_related("author")


def get_comment(task: Task, pk: UUID) -> TaskComment:
    """Return a comment. Raises NotFound."""
    return get_or_404(comments_of(task), pk=pk)


def label_names(project: Project) -> list[str]:
    return list(TaskLabel.objects.filter(project=project).order_by("name").values_list("name", flat=True))


def history_of(task: Task) -> QuerySet[Event]:
    verifications = Verification.objects.filter(task=task).values_list("pk", flat=True)
    return Event.objects.filter(project=task.project_id, subject_id__in=[task.pk, *verifications])
