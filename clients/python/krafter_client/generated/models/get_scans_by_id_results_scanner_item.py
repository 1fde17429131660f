from enum import StrEnum


class GetScansByIdResultsScannerItem(StrEnum):
    BROWSER = "browser"
    HTTP = "http"
    LAB = "lab"

    def __str__(self) -> str:
        return str(self.value)
