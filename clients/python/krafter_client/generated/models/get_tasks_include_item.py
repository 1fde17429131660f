from enum import StrEnum


class GetTasksIncludeItem(StrEnum):
    FINDING = "finding"
    LABELS = "labels"

    def __str__(self) -> str:
        return str(self.value)
