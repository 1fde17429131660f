from enum import StrEnum


class IntervalState(StrEnum):
    COUNTING = "counting"
    EXTENDED = "extended"
    OUTSIDE_BUSINESS_HOURS = "outside_business_hours"
    OVERDUE = "overdue"
    PAUSED = "paused"

    def __str__(self) -> str:
        return str(self.value)
