from enum import StrEnum


class GetIntegrationsByProviderConflictsStatus(StrEnum):
    OPEN = "open"
    RESOLVED = "resolved"

    def __str__(self) -> str:
        return str(self.value)
