from enum import StrEnum


class ShareChannel(StrEnum):
    EMAIL = "email"
    LINK = "link"
    SLACK = "slack"

    def __str__(self) -> str:
        return str(self.value)
