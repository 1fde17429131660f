from enum import StrEnum


class GetBulkChangesSubjectItem(StrEnum):
    FINDING = "finding"
    TASK = "task"

    def __str__(self) -> str:
        return str(self.value)
