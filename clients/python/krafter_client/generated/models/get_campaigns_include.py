from enum import StrEnum


class GetCampaignsInclude(StrEnum):
    PROGRESS = "progress"

    def __str__(self) -> str:
        return str(self.value)
