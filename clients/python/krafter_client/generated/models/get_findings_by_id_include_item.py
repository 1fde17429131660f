from enum import StrEnum


class GetFindingsByIdIncludeItem(StrEnum):
    DISMISSAL = "dismissal"
    GUARD = "guard"
    TASKS = "tasks"

    def __str__(self) -> str:
        return str(self.value)
