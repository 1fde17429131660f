"""API views of findings with their tasks, which the app of findings does not know."""

from collections.abc import Collection, Sequence
from typing import Any, ClassVar

from findings.views import FindingViewSet
from krafter_audit.api.lists.row_columns import represent_rows
from remediation import queries
from remediation.serializers import TaskSerializer


class FindingWithTasksViewSet(FindingViewSet):
    """Findings of a project; `?include=` embeds the tasks and the dismissal of each."""

    embeddable: ClassVar[Collection[str]] = ("tasks", *FindingViewSet.embeddable)

    def embed(self, name: str, findings: Sequence[dict[str, Any]]) -> None:
        """Add the newest 25 tasks, or a dismissal."""
        if name != "tasks":
            super().embed(name, findings)
            return
        newest = queries.newest_tasks_of([finding["id"] for finding in findings])
        tasks = represent_rows(TaskSerializer, newest, self.serializer_context)
        for finding in findings:
            finding["tasks"] = [task for task in tasks if str(task["finding_id"]) == str(finding["id"])]
