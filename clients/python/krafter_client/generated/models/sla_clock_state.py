from enum import StrEnum


class SlaClockState(StrEnum):
    NONE = "none"
    OVERDUE = "overdue"
    PAUSED = "paused"
    RUNNING = "running"
    STOPPED = "stopped"

    def __str__(self) -> str:
        return str(self.value)
