from enum import StrEnum


class FindingWithGuardDomain(StrEnum):
    ACCESSIBILITY = "accessibility"
    PERFORMANCE = "performance"
    SECURITY = "security"
    SEO = "seo"

    def __str__(self) -> str:
        return str(self.value)
