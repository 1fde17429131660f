from enum import StrEnum


class GetIntegrationsByProviderConflictsFieldItem(StrEnum):
    LOOP = "loop"
    STATE = "state"
    TITLE = "title"

    def __str__(self) -> str:
        return str(self.value)
