from enum import StrEnum


class GetScansByIdResultsSort(StrEnum):
    DURATION_MS = "duration_ms"
    KEY = "key"
    SEEN_AT = "seen_at"
    VALUE_0 = "-duration_ms"
    VALUE_1 = "-key"
    VALUE_2 = "-seen_at"

    def __str__(self) -> str:
        return str(self.value)
