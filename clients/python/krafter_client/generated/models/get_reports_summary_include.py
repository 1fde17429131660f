from enum import StrEnum


class GetReportsSummaryInclude(StrEnum):
    CAMPAIGNS = "campaigns"

    def __str__(self) -> str:
        return str(self.value)
