from enum import StrEnum


class GetTasksCountsStatusItem(StrEnum):
    BACKLOG = "backlog"
    BLOCKED = "blocked"
    DONE = "done"
    IN_PROGRESS = "in_progress"
    READY_VERIFY = "ready_verify"

    def __str__(self) -> str:
        return str(self.value)
