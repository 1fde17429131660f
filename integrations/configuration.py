"""The settings of each provider, from the environment, and a system check of its OAuth client.

`KRAFTER_<PROVIDER>_URL`, `…_CLIENT_ID`, `…_CLIENT_SECRET` and `…_TOKEN_URL` are declared in
krafter_audit/conf/declarations.py.
"""

import os
from dataclasses import dataclass, field
from typing import Any

from django.core.checks import CheckMessage, Error, register

from integrations.providers.registry import PROVIDERS
from krafter_audit.conf.reader import provider_setting


@dataclass(frozen=True)
class Configuration:
    """The settings of a provider; an empty string is a missing setting."""

    url: str
    token_url: str
    client_id: str
    client_secret: str = field(repr=False)


def configuration(provider: str) -> Configuration:
    return Configuration(
        url=provider_setting(os.environ, provider, "URL").rstrip("/"),
        token_url=provider_setting(os.environ, provider, "TOKEN_URL"),
        client_id=provider_setting(os.environ, provider, "CLIENT_ID"),
        client_secret=provider_setting(os.environ, provider, "CLIENT_SECRET"),
    )


@register("environment")
def check_oauth_clients(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Check that an OAuth client has both an id and a secret, or neither."""
    hint = "docs/integrations.md says where the provider shows both."
    errors: list[CheckMessage] = []
    # An id without its secret fails only at the first sign-in, in front of a user: the start reports it.
    for provider in PROVIDERS:
        found, prefix = configuration(provider), f"KRAFTER_{provider.upper()}"
        if bool(found.client_id) != bool(found.client_secret):
            sentence = f"{prefix}_CLIENT_ID and {prefix}_CLIENT_SECRET must be set together or not at all."
            errors.append(Error(sentence, hint=hint, id="krafter.integrations.E001"))
    return errors
