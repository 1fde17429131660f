from enum import StrEnum


class GetVerificationsInclude(StrEnum):
    STATE = "state"

    def __str__(self) -> str:
        return str(self.value)
