from enum import StrEnum


class GetCampaignsByIdInclude(StrEnum):
    PROGRESS = "progress"

    def __str__(self) -> str:
        return str(self.value)
