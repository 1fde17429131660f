from enum import StrEnum


class ShareReportRequestChannel(StrEnum):
    EMAIL = "email"
    LINK = "link"
    SLACK = "slack"

    def __str__(self) -> str:
        return str(self.value)
