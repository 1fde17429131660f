from enum import StrEnum


class GetFindingsByIdInclude(StrEnum):
    DISMISSAL = "dismissal"
    GUARD = "guard"
    TASKS = "tasks"

    def __str__(self) -> str:
        return str(self.value)
