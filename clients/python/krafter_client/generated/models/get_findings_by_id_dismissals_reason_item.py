from enum import StrEnum


class GetFindingsByIdDismissalsReasonItem(StrEnum):
    ACCEPTED_RISK = "accepted_risk"
    FALSE_POSITIVE = "false_positive"
    NOT_GIVEN = "not_given"
    OUT_OF_SCOPE = "out_of_scope"
    USED_IN_TESTS = "used_in_tests"
    WONT_FIX = "wont_fix"

    def __str__(self) -> str:
        return str(self.value)
