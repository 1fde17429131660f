"""Requests to a provider with the credentials of an integration, or with unstored ones; outside of a transaction."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from integrations.credentials import redact
from integrations.errors import IntegrationChanged
from integrations.models import Integration
from integrations.oauth import service_accounts
from integrations.oauth.token_refresh import TokenManager
from integrations.provider_settings import provider_settings
from integrations.providers.base import Provider
from integrations.providers.errors import ProviderRefused, ProviderUnavailable, TokenRejected
from integrations.providers.registry import PROVIDER_CLASSES
from krafter_audit.http.client import Client, Limits
from krafter_audit.security.vault import VaultError

# A person waits for the answer.
CHECK_LIMITS = Limits(connect=3.0, read=8.0, total=10.0, body=4 * 1024 * 1024)


@dataclass(frozen=True)
class ConnectionCheck:
    """Whether a provider accepted the credentials."""

    is_accepted: bool
    message: str  # a sentence for people
    is_temporary: bool = False  # the provider could not answer; try again later


def call_provider[T](integration: Integration, use: Callable[[Any], T], *, limits: Limits) -> T:
    """Call `use` with the connected provider; once more with a new token if the vendor rejects the first.

    Raises ProviderError, VaultError or IntegrationChanged.
    """
    provider_class = PROVIDER_CLASSES[integration.provider]
    with Client(limits=limits) as client:
        tokens = TokenManager(integration, provider_class, client)
        credentials = tokens.credentials()
        try:
            return _call_with(provider_class, client, credentials, use)
        except TokenRejected:
            replaced = tokens.replace(credentials)
            if replaced is None:
                raise
            return _call_with(provider_class, client, replaced, use)


def _call_with[T](
    provider_class: type[Provider], client: Client, credentials: Mapping[str, Any], use: Callable[[Any], T]
) -> T:
    provider = provider_class(client, credentials, provider_settings(provider_class.name).url)
    try:
        return use(provider)
    except (ProviderRefused, TokenRejected) as error:
        # A vendor's message may repeat the credentials that it was sent.
        raise type(error)(redact(str(error), provider.secrets)) from None


def check_stored(integration: Integration) -> ConnectionCheck:
    """Send the first request of a sync with the stored credentials, refreshed if expired."""
    provider_class = PROVIDER_CLASSES[integration.provider]
    return _outcome(
        provider_class,
        lambda: call_provider(integration, provider_class.check_connection, limits=CHECK_LIMITS),
    )


def check_credentials(provider: str, credentials: Mapping[str, Any]) -> ConnectionCheck:
    """Send the first request of a sync with unstored credentials."""
    provider_class = PROVIDER_CLASSES[provider]
    return _outcome(provider_class, lambda: _check_unstored(provider_class, credentials))


def _check_unstored(provider_class: type[Provider], credentials: Mapping[str, Any]) -> None:
    with Client(limits=CHECK_LIMITS) as client:
        key = service_accounts.find_key(credentials)
        token = (
            {"token": service_accounts.request_token(client, provider_class, key)} if key is not None else {}
        )
        _call_with(provider_class, client, {**credentials, **token}, provider_class.check_connection)


def _outcome(provider_class: type[Provider], check: Callable[[], None]) -> ConnectionCheck:
    try:
        check()
    except (ProviderRefused, TokenRejected, VaultError) as error:
        return ConnectionCheck(False, str(error))
    except ProviderUnavailable as error:
        return ConnectionCheck(False, str(error), is_temporary=True)
    except IntegrationChanged:
        return ConnectionCheck(False, "The connection was changed during the test. Test it again.")
    return ConnectionCheck(True, f"{provider_class.title} accepts the credentials.")
