from enum import StrEnum


class BulkTaskResultItemStatus(StrEnum):
    CREATED = "created"
    INVALID = "invalid"
    VALID = "valid"

    def __str__(self) -> str:
        return str(self.value)
