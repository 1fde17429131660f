from enum import StrEnum


class SyncRunOutcome(StrEnum):
    FAILED = "failed"
    INTERRUPTED = "interrupted"
    PAUSED = "paused"
    RUNNING = "running"
    SUCCEEDED = "succeeded"

    def __str__(self) -> str:
        return str(self.value)
