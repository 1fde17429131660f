from enum import StrEnum


class RegressionWithDeploysTrigger(StrEnum):
    GUARD_FAILED = "guard_failed"
    SCAN_DETECTED = "scan_detected"
    VERIFICATION_REOPENED = "verification_reopened"

    def __str__(self) -> str:
        return str(self.value)
