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

ADAPTERS: dict[str, type[Provider]] = {
    adapter.name: adapter
    for adapter in (Analytics, SearchConsole, Sentry, GitHub, GitLab, Jira, Linear, Cloudflare)
}
PROVIDERS = tuple(ADAPTERS)
FINDING_SOURCES: dict[str, type[FindingSource]] = {
    check: adapter
    for adapter in ADAPTERS.values()
    if issubclass(adapter, FindingSource)
    for check in adapter.checks
}


def provider_title(provider: str) -> str:
    return str(ADAPTERS[provider].title)


def provider_choices() -> list[tuple[str, str]]:
    # A callable, so that another provider needs no migration.
    return [(name, provider_title(name)) for name in PROVIDERS]
