from enum import StrEnum


class AlertChannel(StrEnum):
    EMAIL = "email"
    SLACK = "slack"

    def __str__(self) -> str:
        return str(self.value)
