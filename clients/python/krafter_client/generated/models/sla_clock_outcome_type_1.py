from enum import StrEnum


class SlaClockOutcomeType1(StrEnum):
    MET = "met"
    MISSED = "missed"

    def __str__(self) -> str:
        return str(self.value)
