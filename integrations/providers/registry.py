from integrations.providers.base import Provider
from integrations.providers.cloudflare import Cloudflare
from integrations.providers.findings import FindingSource
from integrations.providers.ga4 import Analytics
from integrations.providers.github import GitHub
from integrations.providers.gitlab import GitLab
from integrations.providers.gsc import SearchConsole
from integrations.providers.jira import Jira
from integrations.providers.linear import Linear
from integrations.providers.sentry import Sentry

PROVIDER_CLASSES: dict[str, type[Provider]] = {
    provider_class.name: provider_class
    for provider_class in (Analytics, SearchConsole, Sentry, GitHub, GitLab, Jira, Linear, Cloudflare)
}
PROVIDERS = tuple(PROVIDER_CLASSES)
FINDING_SOURCES: dict[str, type[FindingSource]] = {
    check: provider_class
    for provider_class in PROVIDER_CLASSES.values()
    if issubclass(provider_class, FindingSource)
    for check in provider_class.checks
}


def provider_choices() -> list[tuple[str, str]]:
    # A callable, so that another provider needs no migration.
    return [(name, provider_class.title) for name, provider_class in PROVIDER_CLASSES.items()]
