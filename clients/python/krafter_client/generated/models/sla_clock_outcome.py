from enum import StrEnum


class SlaClockOutcome(StrEnum):
    MET = "met"
    MISSED = "missed"

    def __str__(self) -> str:
        return str(self.value)
