from enum import StrEnum


class GetFindingsInclude(StrEnum):
    TASKS = "tasks"

    def __str__(self) -> str:
        return str(self.value)
