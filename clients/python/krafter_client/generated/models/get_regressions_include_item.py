from enum import StrEnum


class GetRegressionsIncludeItem(StrEnum):
    DEPLOYS = "deploys"

    def __str__(self) -> str:
        return str(self.value)
