from enum import StrEnum


class GetReportsStatusItem(StrEnum):
    EXPORTED = "exported"
    EXPORTING = "exporting"
    FAILED = "failed"
    QUEUED = "queued"
    SHARED = "shared"

    def __str__(self) -> str:
        return str(self.value)
