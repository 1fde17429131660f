from enum import StrEnum


class VerificationWithTaskState(StrEnum):
    BLOCKED = "blocked"
    DECIDED = "decided"
    READY = "ready"
    RUNNING = "running"
    SUPERSEDED = "superseded"

    def __str__(self) -> str:
        return str(self.value)
