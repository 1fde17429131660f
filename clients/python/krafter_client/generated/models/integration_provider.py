from enum import StrEnum


class IntegrationProvider(StrEnum):
    CLOUDFLARE = "cloudflare"
    GA4 = "ga4"
    GITHUB = "github"
    GITLAB = "gitlab"
    GSC = "gsc"
    JIRA = "jira"
    LINEAR = "linear"
    SENTRY = "sentry"

    def __str__(self) -> str:
        return str(self.value)
