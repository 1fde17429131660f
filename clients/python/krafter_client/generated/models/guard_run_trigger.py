from enum import StrEnum


class GuardRunTrigger(StrEnum):
    DEPLOY = "deploy"
    SCHEDULED = "scheduled"

    def __str__(self) -> str:
        return str(self.value)
