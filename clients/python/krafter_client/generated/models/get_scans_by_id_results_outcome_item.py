from enum import StrEnum


class GetScansByIdResultsOutcomeItem(StrEnum):
    FAILED = "failed"
    INCONCLUSIVE = "inconclusive"
    NOT_APPLICABLE = "not_applicable"
    PASSED = "passed"

    def __str__(self) -> str:
        return str(self.value)
