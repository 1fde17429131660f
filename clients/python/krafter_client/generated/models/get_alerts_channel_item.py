from enum import StrEnum


class GetAlertsChannelItem(StrEnum):
    EMAIL = "email"
    SLACK = "slack"

    def __str__(self) -> str:
        return str(self.value)
