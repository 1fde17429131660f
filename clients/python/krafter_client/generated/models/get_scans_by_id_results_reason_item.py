from enum import StrEnum


class GetScansByIdResultsReasonItem(StrEnum):
    BLOCKED = "blocked"
    CHALLENGE = "challenge"
    LOGIN_WALL = "login_wall"
    MEASURED_ELSEWHERE = "measured_elsewhere"
    NOT_AVAILABLE = "not_available"
    NOT_CHECKED = "not_checked"
    NOT_RENDERED = "not_rendered"
    OFFSITE_REDIRECT = "offsite_redirect"
    REFUSED_ADDRESS = "refused_address"
    TARGET_MISSING = "target_missing"
    TIMEOUT = "timeout"
    TOOL_CHANGED = "tool_changed"
    TRUNCATED = "truncated"
    UNSTEADY = "unsteady"

    def __str__(self) -> str:
        return str(self.value)
