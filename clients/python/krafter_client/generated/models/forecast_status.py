from enum import StrEnum


class ForecastStatus(StrEnum):
    FORECAST = "forecast"
    NONE_OPEN = "none_open"
    NOT_ENOUGH_HISTORY = "not_enough_history"

    def __str__(self) -> str:
        return str(self.value)
