from enum import StrEnum


class GetSitesStatusItem(StrEnum):
    CHECKING = "checking"
    PROVED = "proved"
    UNPROVED = "unproved"

    def __str__(self) -> str:
        return str(self.value)
