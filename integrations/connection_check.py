"""Try credentials at their provider, stored or not, outside of a transaction."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from integrations.configuration import configuration
from integrations.credentials import redact
from integrations.errors import IntegrationChanged
from integrations.models import Integration
from integrations.oauth import service_accounts
from integrations.oauth.token_refresh import TokenManager
from integrations.providers.base import Provider
from integrations.providers.errors import ProviderRefused, ProviderUnavailable
from integrations.providers.registry import ADAPTERS
from krafter_audit.http.client import Client, Limits
from krafter_audit.security.vault import VaultError

# A person waits for the answer.
LIMITS = Limits(connect=3.0, read=8.0, total=10.0, body=4 * 1024 * 1024)


@dataclass(frozen=True)
class ConnectionCheck:
    """Whether a provider accepted the credentials."""

    is_accepted: bool
    message: str  # a sentence for people
    is_temporary: bool = False  # the provider could not answer; try again later


def check_credentials(provider: str, credentials: Mapping[str, Any]) -> ConnectionCheck:
    """Send the first request of a sync with unstored credentials."""
    adapter = ADAPTERS[provider]
    with Client(limits=LIMITS) as client:
        return _outcome(adapter, credentials, lambda: _request(adapter, client, credentials))


def check_stored(integration: Integration) -> ConnectionCheck:
    """Send the first request of a sync with the stored credentials, refreshed if expired."""
    adapter = ADAPTERS[integration.provider]
    with Client(limits=LIMITS) as client:
        tokens = TokenManager(integration, adapter, client)
        return _outcome(adapter, {}, lambda: tokens.call(lambda stored: _check(adapter, client, stored)))


def _request(adapter: type[Provider], client: Client, credentials: Mapping[str, Any]) -> None:
    key = service_accounts.find_key(credentials)
    token = {"token": service_accounts.request_token(client, adapter, key)} if key is not None else {}
    _check(adapter, client, {**credentials, **token})


def _check(adapter: type[Provider], client: Client, credentials: Mapping[str, Any]) -> None:
    try:
        provider = adapter(client, credentials, configuration(adapter.name).url)
        provider.check_connection()
    except ProviderRefused as error:
        raise type(error)(redact(str(error), _secrets(adapter, credentials))) from None


def _secrets(adapter: type[Provider], credentials: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in credentials.items() if name not in adapter.public_credentials}


def _outcome(
    adapter: type[Provider], credentials: Mapping[str, Any], request: Callable[[], None]
) -> ConnectionCheck:
    try:
        request()
    except (ProviderRefused, VaultError) as error:
        # A provider's message may contain the credentials that it was sent.
        return ConnectionCheck(False, redact(str(error), _secrets(adapter, credentials)))
    except ProviderUnavailable as error:
        return ConnectionCheck(False, str(error), is_temporary=True)
    except IntegrationChanged:
        return ConnectionCheck(False, "The connection was changed during the test. Test it again.")
    return ConnectionCheck(True, f"{adapter.title} accepts the credentials.")
