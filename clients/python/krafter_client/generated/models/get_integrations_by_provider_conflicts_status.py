from enum import StrEnum


class GetIntegrationsByProviderConflictsStatus(StrEnum):
    ALL = "all"
    OPEN = "open"
    RESOLVED = "resolved"

    def __str__(self) -> str:
        return str(self.value)
