from enum import StrEnum


class GetSitesMethodItem(StrEnum):
    DNS_TXT = "dns_txt"
    FILE = "file"
    META_TAG = "meta_tag"

    def __str__(self) -> str:
        return str(self.value)
