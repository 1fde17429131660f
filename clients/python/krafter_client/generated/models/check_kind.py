from enum import StrEnum


class CheckKind(StrEnum):
    BROWSER = "browser"
    HTTP = "http"
    TLS = "tls"

    def __str__(self) -> str:
        return str(self.value)
