from enum import StrEnum


class ImportFindingsRequestFormat(StrEnum):
    AXE = "axe"
    LIGHTHOUSE = "lighthouse"
    SARIF = "sarif"
    ZAP = "zap"

    def __str__(self) -> str:
        return str(self.value)
