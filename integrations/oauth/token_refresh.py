import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from integrations import credentials
from integrations.errors import IntegrationChanged
from integrations.models import Integration
from integrations.oauth import flow, service_accounts
from integrations.providers.base import Provider
from integrations.providers.errors import ProviderUnavailable
from krafter_audit.http.client import Client

REFRESH_TIMEOUT = timedelta(seconds=45)  # longer than the time limit of the request
POLL_SECONDS = 0.2


class TokenManager:
    """Read and refresh the credentials of an integration.

    Raises IntegrationChanged when the integration was disconnected or reconnected.
    """

    def __init__(self, integration: Integration, provider_class: type[Provider], client: Client) -> None:
        self._integration, self._provider_class, self._client = integration, provider_class, client

    def credentials(self) -> dict[str, Any]:
        """Return the credentials; a token that is about to expire is refreshed first."""
        stored = self._stored()
        if (key := service_accounts.find_key(stored)) is not None:
            token = service_accounts.request_token(self._client, self._provider_class, key)
            return {**stored, "token": token}
        if not flow.is_refresh_due(stored):
            return stored
        try:
            return self._refreshed(stored)
        except ProviderUnavailable:
            # The token is refreshed early: the next run repeats it before the token expires.
            if flow.is_valid(stored):
                return stored
            raise

    def replace(self, rejected: Mapping[str, Any]) -> dict[str, Any] | None:
        """Return credentials with a new token for a rejected one, if there is a way to get one."""
        if service_accounts.find_key(rejected) is not None:
            return self.credentials()
        return self._refreshed(rejected) if rejected.get("refresh_token") else None

    def _refreshed(self, used: Mapping[str, Any]) -> dict[str, Any]:
        # A vendor that rotates refresh tokens invalidates the old pair at once: two processes that refresh at the
        # same time would lose the connection. One refreshes, and the others wait for its pair.
        deadline = time.monotonic() + REFRESH_TIMEOUT.total_seconds()
        while True:
            stored = self._stored()
            if stored.get("token") != used.get("token"):
                return stored
            if (until := self._reserve()) is not None:
                return self._refresh(until, used)
            if time.monotonic() > deadline:
                raise ProviderUnavailable(
                    f"Another process is refreshing the token of {self._provider_class.title}.",
                    retry_at=datetime.now(UTC) + flow.RETRY_AFTER,
                )
            time.sleep(POLL_SECONDS)

    def _reserve(self) -> datetime | None:
        # Compare-and-set, since no transaction may be open during the request.
        now = timezone.now()
        until = now + REFRESH_TIMEOUT
        free = self._current_row().exclude(token_refresh_until__gte=now)
        return until if free.update(token_refresh_until=until) else None

    def _refresh(self, until: datetime, used: Mapping[str, Any]) -> dict[str, Any]:
        reserved = self._current_row().filter(token_refresh_until=until)
        try:
            stored = self._stored()
            if stored.get("token") != used.get("token"):
                return stored
            # The new pair is stored before it is used: the old one is void already.
            refreshed = flow.refresh_tokens(self._client, self._provider_class, stored)
            if not reserved.update(credentials=credentials.seal(self._integration, refreshed)):
                raise IntegrationChanged
            return refreshed
        finally:
            reserved.update(token_refresh_until=None)

    def _stored(self) -> dict[str, Any]:
        integration = self._current_row().first()
        if integration is None:
            raise IntegrationChanged
        return credentials.open_credentials(integration)

    def _current_row(self) -> QuerySet[Integration]:
        # No row if the integration was reconnected meanwhile: its new credentials are not overwritten.
        return Integration.objects.filter(
            pk=self._integration.pk, credentials_version=self._integration.credentials_version
        )
