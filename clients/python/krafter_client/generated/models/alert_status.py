from enum import StrEnum


class AlertStatus(StrEnum):
    COLLECTING = "collecting"
    FAILED = "failed"
    SENDING = "sending"
    SENT = "sent"

    def __str__(self) -> str:
        return str(self.value)
