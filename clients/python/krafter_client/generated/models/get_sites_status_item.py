from enum import StrEnum


class GetSitesStatusItem(StrEnum):
    CHECKING = "checking"
    UNVERIFIED = "unverified"
    VERIFIED = "verified"

    def __str__(self) -> str:
        return str(self.value)
