from enum import StrEnum


class GetFindingsInclude(StrEnum):
    GUARD = "guard"
    TASKS = "tasks"

    def __str__(self) -> str:
        return str(self.value)
