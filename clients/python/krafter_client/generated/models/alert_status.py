from enum import StrEnum


class AlertStatus(StrEnum):
    FAILED = "failed"
    GATHERING = "gathering"
    SENDING = "sending"
    SENT = "sent"

    def __str__(self) -> str:
        return str(self.value)
