from enum import StrEnum


class IntegrationPlaceholderStatus(StrEnum):
    DISCONNECTED = "disconnected"

    def __str__(self) -> str:
        return str(self.value)
