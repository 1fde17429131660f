from enum import StrEnum


class GetCampaignsByIdIncludeItem(StrEnum):
    PROGRESS = "progress"

    def __str__(self) -> str:
        return str(self.value)
