from enum import StrEnum


class GetReportsSharesChannelItem(StrEnum):
    EMAIL = "email"
    LINK = "link"
    SLACK = "slack"

    def __str__(self) -> str:
        return str(self.value)
