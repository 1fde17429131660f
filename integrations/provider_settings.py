"""The settings of each provider, from the environment, and a system check of its OAuth client.

`KRAFTER_<PROVIDER>_URL`, `…_CLIENT_ID`, `…_CLIENT_SECRET` and `…_TOKEN_URL` are declared in
krafter_audit/conf/declarations.py.
"""

import os
from dataclasses import dataclass, field
from typing import Any

from django.core.checks import CheckMessage, Error, register

from integrations.providers.registry import PROVIDERS


@dataclass(frozen=True)
class ProviderSettings:
    """The settings of a provider; an empty string is a missing setting."""

    url: str
    token_url: str
    client_id: str
    client_secret: str = field(repr=False)


def provider_settings(provider: str) -> ProviderSettings:
    def read(name: str) -> str:
        return os.environ.get(f"KRAFTER_{provider.upper()}_{name}", "").strip()

    return ProviderSettings(
        url=read("URL").rstrip("/"),
        token_url=read("TOKEN_URL"),
        client_id=read("CLIENT_ID"),
        client_secret=read("CLIENT_SECRET"),
    )


@register("environment")
def check_oauth_clients(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Check that an OAuth client has both an id and a secret, or neither."""
    hint = "docs/integrations.md says where the provider shows both."
    errors: list[CheckMessage] = []
    # An id without its secret fails only at the first sign-in, in front of a user: the start reports it.
    for provider in PROVIDERS:
        found, prefix = provider_settings(provider), f"KRAFTER_{provider.upper()}"
        if bool(found.client_id) != bool(found.client_secret):
            sentence = f"{prefix}_CLIENT_ID and {prefix}_CLIENT_SECRET must be set together or not at all."
            errors.append(Error(sentence, hint=hint, id="krafter.integrations.E001"))
    return errors
