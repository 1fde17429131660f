from enum import StrEnum


class GetVerificationsByIdIncludeItem(StrEnum):
    STATE = "state"
    TASK = "task"

    def __str__(self) -> str:
        return str(self.value)
