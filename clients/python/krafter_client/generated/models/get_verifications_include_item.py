from enum import StrEnum


class GetVerificationsIncludeItem(StrEnum):
    STATE = "state"
    TASK = "task"

    def __str__(self) -> str:
        return str(self.value)
