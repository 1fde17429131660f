from enum import StrEnum


class GetVerificationsBlockedByItem(StrEnum):
    FAILED = "failed"
    INCONCLUSIVE = "inconclusive"

    def __str__(self) -> str:
        return str(self.value)
