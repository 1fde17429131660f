from enum import StrEnum


class BulkUpdateFindingsRequestMode(StrEnum):
    ALL = "all"
    PARTIAL = "partial"

    def __str__(self) -> str:
        return str(self.value)
