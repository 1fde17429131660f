"""System check of the OAuth clients of the providers. krafter_audit/system_checks.py checks each setting by itself."""

from typing import Any

from django.core.checks import CheckMessage, Error, register

from integrations.configuration import incomplete_oauth_clients


@register("environment")
def check_oauth_clients(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Check that an OAuth client has both an id and a secret, or neither."""
    hint = "docs/integrations.md says where the provider shows both."
    return [
        Error(sentence, hint=hint, id="krafter.integrations.E001") for sentence in incomplete_oauth_clients()
    ]
