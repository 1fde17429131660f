from enum import StrEnum


class GetRegressionsInclude(StrEnum):
    DEPLOYS = "deploys"

    def __str__(self) -> str:
        return str(self.value)
