from enum import StrEnum


class SiteCredentialsKindsItem(StrEnum):
    BASIC = "basic"
    COOKIES = "cookies"
    HEADERS = "headers"

    def __str__(self) -> str:
        return str(self.value)
