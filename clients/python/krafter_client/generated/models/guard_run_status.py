from enum import StrEnum


class GuardRunStatus(StrEnum):
    CANCELLED = "cancelled"
    FAILED = "failed"
    INCONCLUSIVE = "inconclusive"
    PASSED = "passed"
    PENDING = "pending"
    RUNNING = "running"

    def __str__(self) -> str:
        return str(self.value)
