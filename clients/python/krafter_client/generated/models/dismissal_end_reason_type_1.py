from enum import StrEnum


class DismissalEndReasonType1(StrEnum):
    EXPIRED = "expired"
    REOPENED = "reopened"
    REPLACED = "replaced"

    def __str__(self) -> str:
        return str(self.value)
