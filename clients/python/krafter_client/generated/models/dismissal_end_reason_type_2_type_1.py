from enum import StrEnum


class DismissalEndReasonType2Type1(StrEnum):
    EXPIRED = "expired"
    REOPENED = "reopened"
    REPLACED = "replaced"

    def __str__(self) -> str:
        return str(self.value)
