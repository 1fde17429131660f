from enum import StrEnum


class FindingWithDismissalStatus(StrEnum):
    DISMISSED = "dismissed"
    IN_PROGRESS = "in_progress"
    NEW = "new"
    READY_VERIFY = "ready_verify"
    RESOLVED = "resolved"
    TRIAGED = "triaged"

    def __str__(self) -> str:
        return str(self.value)
