from enum import StrEnum


class GetAlertsStatusItem(StrEnum):
    FAILED = "failed"
    GATHERING = "gathering"
    SENDING = "sending"
    SENT = "sent"

    def __str__(self) -> str:
        return str(self.value)
