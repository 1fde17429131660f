from enum import StrEnum


class GetCampaignsIncludeItem(StrEnum):
    PROGRESS = "progress"

    def __str__(self) -> str:
        return str(self.value)
