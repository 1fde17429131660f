from enum import StrEnum


class GetReportsByIdDownloadKind(StrEnum):
    FINDINGS = "findings"
    REGRESSIONS = "regressions"
    SUMMARY = "summary"
    TASKS = "tasks"
    VERIFICATIONS = "verifications"

    def __str__(self) -> str:
        return str(self.value)
