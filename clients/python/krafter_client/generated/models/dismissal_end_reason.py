from enum import StrEnum


class DismissalEndReason(StrEnum):
    EXPIRED = "expired"
    REOPENED = "reopened"
    REPLACED = "replaced"

    def __str__(self) -> str:
        return str(self.value)
