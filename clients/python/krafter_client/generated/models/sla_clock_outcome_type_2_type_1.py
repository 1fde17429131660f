from enum import StrEnum


class SlaClockOutcomeType2Type1(StrEnum):
    MET = "met"
    MISSED = "missed"

    def __str__(self) -> str:
        return str(self.value)
