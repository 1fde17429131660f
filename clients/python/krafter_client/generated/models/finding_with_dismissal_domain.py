from enum import StrEnum


class FindingWithDismissalDomain(StrEnum):
    ACCESSIBILITY = "accessibility"
    PERFORMANCE = "performance"
    SECURITY = "security"
    SEO = "seo"

    def __str__(self) -> str:
        return str(self.value)
