"""The eight providers, always in this order, and the adapters that speak to them, one file a vendor."""

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from integrations.providers.base import Provider

NAMED = {  # the file, which has the provider's name, and the class in it
    "ga4": "Analytics",
    "gsc": "SearchConsole",
    "sentry": "Sentry",
    "github": "GitHub",
    "gitlab": "GitLab",
    "jira": "Jira",
    "linear": "Linear",
    "cloudflare": "Cloudflare",
}
PROVIDERS = tuple(NAMED)


class Adapters(Mapping[str, "type[Provider]"]):
    """The adapters by the names of their providers, each loaded when it is first asked for: the web hardly asks."""

    def __getitem__(self, name: str) -> "type[Provider]":
        called = NAMED[name]
        adapter: type[Provider] = getattr(import_module(f"{__name__}.{name}"), called)
        return adapter

    def __iter__(self) -> Iterator[str]:
        return iter(NAMED)

    def __len__(self) -> int:
        return len(NAMED)


ADAPTERS = Adapters()


def named() -> list[tuple[str, str]]:
    """Return the providers as a field's choices: by name, so that another one needs no migration."""
    return [(name, name) for name in PROVIDERS]
