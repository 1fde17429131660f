"""A worker that is paused before a request, as by SIGSTOP, until another has taken over its lease and finished."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.actors import SYSTEM
from integrations import services
from integrations.models import Integration, TicketLink
from integrations.sync import engine
from krafter_audit.http.client import Client
from tests.processes import Killed


def sync_paused(
    row: Integration,
    monkeypatch: pytest.MonkeyPatch,
    target: str,
    *,
    meanwhile: Callable[[], Any] = lambda: None,
    is_killed: bool = False,
) -> None:
    """Run a sync that is paused before the first request whose method, URL and GraphQL document match."""
    really = Client.request

    def request(self: Client, method: str, url: str, **options: Any) -> Any:
        is_paused = re.search(target, f"{method} {url} {(options.get('json') or {}).get('query', '')}")
        if is_paused:
            patch.setattr(Client, "request", really)
            meanwhile()
            take_over(row)
        answer = really(self, method, url, **options)
        if is_paused and is_killed:
            raise Killed
        return answer

    services.sync_now(row.project, row.provider, by=SYSTEM)
    with monkeypatch.context() as patch:
        patch.setattr(Client, "request", request)
        try:
            engine.sync(row.pk)
        except Killed:
            expire_lease()


def sync_killed(row: Integration, monkeypatch: pytest.MonkeyPatch, target: str) -> None:
    """Run a sync that is killed right after the first request whose method and URL match; its lease expires."""
    really = Client.request

    def request(self: Client, method: str, url: str, **options: Any) -> Any:
        answer = really(self, method, url, **options)
        if re.search(target, f"{method} {url} "):
            raise Killed
        return answer

    services.sync_now(row.project, row.provider, by=SYSTEM)
    with monkeypatch.context() as patch:
        patch.setattr(Client, "request", request)
        with pytest.raises(Killed):
            engine.sync(row.pk)
    expire_lease()


def take_over(row: Integration) -> None:
    """Let another worker run the sync, an hour later."""
    expire_lease()
    TicketLink.objects.filter(state="creating").update(updated_at=timezone.now() - timedelta(hours=1))
    engine.sync(row.pk)


def expire_lease() -> None:
    Integration.objects.update(lease_until=timezone.now() - timedelta(hours=1))
