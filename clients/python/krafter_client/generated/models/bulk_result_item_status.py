from enum import StrEnum


class BulkResultItemStatus(StrEnum):
    CREATED = "created"
    INVALID = "invalid"
    UPDATED = "updated"

    def __str__(self) -> str:
        return str(self.value)
