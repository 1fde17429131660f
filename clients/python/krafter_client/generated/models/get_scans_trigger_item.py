from enum import StrEnum


class GetScansTriggerItem(StrEnum):
    MANUAL = "manual"
    POST_DEPLOY = "post_deploy"
    SCHEDULED = "scheduled"

    def __str__(self) -> str:
        return str(self.value)
