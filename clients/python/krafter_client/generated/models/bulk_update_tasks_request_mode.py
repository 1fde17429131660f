from enum import StrEnum


class BulkUpdateTasksRequestMode(StrEnum):
    ALL = "all"
    PARTIAL = "partial"

    def __str__(self) -> str:
        return str(self.value)
