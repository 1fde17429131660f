from enum import StrEnum


class GetVerificationsByIdInclude(StrEnum):
    STATE = "state"

    def __str__(self) -> str:
        return str(self.value)
