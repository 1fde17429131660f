"""Jira on loopback, its provider, and a project that is connected to it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from accounts.actors import SYSTEM
from accounts.models import Project
from integrations import services
from integrations.models import Integration, TicketLink
from integrations.providers.jira import Jira
from krafter_audit.http.client import Client
from tests.fakes.tracker import serve
from tests.fakes.trackers.jira import SIGNED_IN, TOKEN, FakeJira
from tests.unit.integrations.conftest import Sync, run_sync


@pytest.fixture
def jira(loopback: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeJira]:
    """Start a fake Jira, to whose URL the settings of this test point."""
    tokens = {"access_token": TOKEN, "refresh_token": "rotates-1", "expires_in": 3600}
    with serve(FakeJira(token_answers=[(200, {}, tokens)])) as fake:
        monkeypatch.setenv("KRAFTER_JIRA_URL", fake.api_url)
        yield fake


def connect(jira: FakeJira, client: Client, **credentials: Any) -> Jira:
    """Return the provider, with an API token and changed credentials."""
    return Jira(client, {**jira.credentials, **credentials}, jira.url, sleep=lambda seconds: None)


def connect_by_oauth(jira: FakeJira, client: Client, **credentials: str) -> Jira:
    """Return the provider, with the token of a sign-in."""
    return Jira(client, {**SIGNED_IN, **credentials}, jira.url, sleep=lambda seconds: None)


@pytest.fixture
def provider(jira: FakeJira, http_client: Client) -> Jira:
    """Return the provider, with credentials that its fake server accepts."""
    return connect(jira, http_client)


@pytest.fixture
def integration(project: Project, jira: FakeJira) -> Integration:
    """Connect the project to Jira."""
    return services.connect(project, "jira", credentials=jira.credentials, by=SYSTEM)


def age_ticket_links_by_an_hour() -> None:
    """Age the links beyond the lag of the search, which then has to return every created ticket."""
    TicketLink.objects.update(updated_at=datetime.now(UTC) - timedelta(hours=1))


@pytest.fixture
def sync(integration: Integration) -> Sync:
    """Run a sync, an hour after the last one."""

    def run() -> Integration:
        age_ticket_links_by_an_hour()
        return run_sync(integration)

    return run
