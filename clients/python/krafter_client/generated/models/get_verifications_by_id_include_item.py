from enum import StrEnum


class GetVerificationsByIdIncludeItem(StrEnum):
    STATE = "state"
    TASK = "task"
    WARNINGS = "warnings"

    def __str__(self) -> str:
        return str(self.value)
