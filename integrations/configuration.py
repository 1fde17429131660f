"""What the operator says of each provider, from the environment: `KRAFTER_<PROVIDER>_URL`, `…_CLIENT_ID`,
`…_CLIENT_SECRET` and `…_TOKEN_URL`, as in `KRAFTER_GITHUB_URL=https://github.acme.example/api/v3`."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import environ

from integrations.providers.registry import PROVIDERS

env = environ.Env()


@dataclass(frozen=True)
class Configuration:
    """One provider's settings; an empty string is one that is not set."""

    url: str
    token_url: str
    client_id: str
    client_secret: str = field(repr=False)


def configuration(provider: str) -> Configuration:
    """Read the settings of one provider."""
    start = f"KRAFTER_{provider.upper()}"
    return Configuration(
        url=env.str(f"{start}_URL", default="").rstrip("/"),
        token_url=env.str(f"{start}_TOKEN_URL", default=""),
        client_id=env.str(f"{start}_CLIENT_ID", default=""),
        client_secret=env.str(f"{start}_CLIENT_SECRET", default=""),
    )


def complaints() -> Iterator[str]:
    """Yield a sentence for each setting that is wrong, for the check at the start."""
    for provider in PROVIDERS:
        found, start = configuration(provider), f"KRAFTER_{provider.upper()}"
        for name, value in (("URL", found.url), ("TOKEN_URL", found.token_url)):
            if value and not _is_address(value):
                yield f"{start}_{name} must be an address that begins with https:// or http://."
        if bool(found.client_id) != bool(found.client_secret):
            yield f"{start}_CLIENT_ID and {start}_CLIENT_SECRET are set together or not at all."


def _is_address(value: str) -> bool:
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc
