from enum import StrEnum


class GetRegressionsStatusItem(StrEnum):
    CLOSED = "closed"
    OPEN = "open"

    def __str__(self) -> str:
        return str(self.value)
