from enum import StrEnum


class GetReportsSummaryIncludeItem(StrEnum):
    CAMPAIGNS = "campaigns"

    def __str__(self) -> str:
        return str(self.value)
