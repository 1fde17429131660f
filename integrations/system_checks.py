"""Refuse to start with a wrong setting of a provider, in a sentence that names it."""

from typing import Any

from django.core.checks import CheckMessage, Error, register

from integrations.configuration import complaints


@register("environment")
def provider_settings(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Look at KRAFTER_<PROVIDER>_URL, _TOKEN_URL, _CLIENT_ID and _CLIENT_SECRET."""
    hint = "Example: KRAFTER_GITHUB_URL=https://github.acme.example/api/v3"
    return [Error(sentence, hint=hint, id="krafter.integrations.E001") for sentence in complaints()]
