"""The settings of each provider, from the environment: `KRAFTER_<PROVIDER>_URL`, `…_CLIENT_ID`, `…_CLIENT_SECRET`
and `…_TOKEN_URL`. They are declared in krafter_audit/conf/declarations.py."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field

from integrations.providers.registry import PROVIDERS
from krafter_audit.conf.reader import provider_setting


@dataclass(frozen=True)
class Configuration:
    """One provider's settings; an empty string is one that is not set."""

    url: str
    token_url: str
    client_id: str
    client_secret: str = field(repr=False)


def configuration(provider: str) -> Configuration:
    """Read the settings of a provider."""
    return Configuration(
        url=provider_setting(os.environ, provider, "URL").rstrip("/"),
        token_url=provider_setting(os.environ, provider, "TOKEN_URL"),
        client_id=provider_setting(os.environ, provider, "CLIENT_ID"),
        client_secret=provider_setting(os.environ, provider, "CLIENT_SECRET"),
    )


def incomplete_oauth_clients() -> Iterator[str]:
    """Yield a sentence for each provider of which only the client id or only the client secret is set."""
    for provider in PROVIDERS:
        found, prefix = configuration(provider), f"KRAFTER_{provider.upper()}"
        if bool(found.client_id) != bool(found.client_secret):
            yield f"{prefix}_CLIENT_ID and {prefix}_CLIENT_SECRET must be set together or not at all."
