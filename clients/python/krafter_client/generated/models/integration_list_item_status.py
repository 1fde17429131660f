from enum import StrEnum


class IntegrationListItemStatus(StrEnum):
    CONNECTED = "connected"
    DISCONNECTED = "disconnected"
    ERROR = "error"
    SYNCING = "syncing"

    def __str__(self) -> str:
        return str(self.value)
