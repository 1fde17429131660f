"""The eight providers, always in this order, and the adapters that speak to them, one file a vendor."""

from integrations.providers.base import Provider
from integrations.providers.cloudflare import Cloudflare
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


def named() -> list[tuple[str, str]]:
    """Return the providers as a field's choices: by name, so that another one needs no migration."""
    return [(name, name) for name in PROVIDERS]
