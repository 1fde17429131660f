from enum import StrEnum


class DismissFindingRequestReason(StrEnum):
    ACCEPTED_RISK = "accepted_risk"
    FALSE_POSITIVE = "false_positive"
    OUT_OF_SCOPE = "out_of_scope"
    USED_IN_TESTS = "used_in_tests"
    WONT_FIX = "wont_fix"

    def __str__(self) -> str:
        return str(self.value)
