from enum import StrEnum


class GetFindingsByIdInclude(StrEnum):
    TASKS = "tasks"

    def __str__(self) -> str:
        return str(self.value)
