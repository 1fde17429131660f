from enum import StrEnum


class GetTasksInclude(StrEnum):
    FINDING = "finding"

    def __str__(self) -> str:
        return str(self.value)
