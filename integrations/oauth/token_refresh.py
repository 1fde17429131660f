"""Credentials that may be used now: tokens are renewed in time, by one process at a time, and kept before use.

A vendor that rotates refresh tokens outdates the old pair at once. So the row is taken for the exchange by
compare-and-set (`renewing_until`), the others wait and read what it brought, and the new pair is written first.
"""

import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from integrations import credentials
from integrations.configuration import configuration
from integrations.models import Integration
from integrations.oauth import flow as oauth
from integrations.oauth import service_accounts
from integrations.providers.base import Provider, Unavailable
from integrations.sync.run import Lost
from krafter_audit.http.client import Client

TAKEN_FOR = timedelta(seconds=45)  # longer than the request with its time limit
PAUSE = 0.2


class Access:
    """The credentials of a row, for one run of whatever uses them. Raises Lost when the row was connected anew."""

    def __init__(self, row: Integration, adapter: type[Provider], client: Client) -> None:
        self._row, self._adapter, self._client = row, adapter, client
        self._configured = configuration(row.provider)

    def credentials(self) -> dict[str, Any]:
        """Return the credentials, with a token that is good for a while."""
        opened = self._opened()
        if (key := service_accounts.key_in(opened)) is not None:
            return self._of_the_service_account(opened, key)
        return self._renewed(opened) if oauth.is_due(opened) else opened

    def renewer(self, used: Mapping[str, Any]) -> Callable[[], Mapping[str, Any]] | None:
        """Return what gives new credentials in place of `used`; None where there is nothing to renew them by."""
        if service_accounts.key_in(used) is not None:
            return self.credentials
        if not used.get("refresh_token"):
            return None
        return lambda: self._renewed(used)

    def _of_the_service_account(self, opened: dict[str, Any], key: Mapping[str, Any]) -> dict[str, Any]:
        token = service_accounts.token(self._client, self._adapter, self._configured, key)
        return {**opened, "token": token}

    def _renewed(self, used: Mapping[str, Any]) -> dict[str, Any]:
        """Bring a new pair in place of the one that was used, or wait for who is at it and take his."""
        deadline = time.monotonic() + TAKEN_FOR.total_seconds()
        while True:
            present = self._opened()
            if present.get("token") != used.get("token"):
                return present
            if (mine := self._take()) is not None:
                return self._exchange(mine, used)
            if time.monotonic() > deadline:
                raise Unavailable(f"{self._adapter.title} is being signed in to by another process.")
            time.sleep(PAUSE)

    def _take(self) -> datetime | None:
        """Take the row for the exchange; None when somebody else has it."""
        now = timezone.now()
        free = self._here().exclude(renewing_until__gte=now)
        until = now + TAKEN_FOR
        return until if free.update(renewing_until=until) else None

    def _exchange(self, mine: datetime, used: Mapping[str, Any]) -> dict[str, Any]:
        held = self._here().filter(renewing_until=mine)
        try:
            present = self._opened()
            if present.get("token") != used.get("token"):
                return present
            found = oauth.renewed(self._client, self._adapter, self._configured, present)
            if not held.update(credentials=credentials.seal(self._row, found)):
                raise Lost
            return found
        finally:
            held.update(renewing_until=None)

    def _opened(self) -> dict[str, Any]:
        row = self._here().first()
        if row is None:
            raise Lost
        return credentials.opened(row)

    def _here(self) -> Any:
        """The row as long as it is connected as it was: `generation` moves with every connect and disconnect."""
        return Integration.objects.filter(pk=self._row.pk, generation=self._row.generation)
