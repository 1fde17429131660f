"""Sentry on loopback, its provider, and a project that is connected to it."""

from collections.abc import Iterator
from typing import Any

import pytest

from accounts.actors import SYSTEM
from accounts.models import Project
from integrations import services
from integrations.models import Integration
from integrations.providers.sentry import Sentry
from krafter_audit.http.client import Client
from tests.fakes.sentry import CREDENTIALS, FakeSentry
from tests.fakes.specs import load_spec
from tests.fakes.vendor_server import FakeServer, serve


@pytest.fixture
def fake() -> FakeSentry:
    """Return the issues that the fake server of Sentry serves."""
    return FakeSentry()


@pytest.fixture
def server(fake: FakeSentry, loopback: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeServer]:
    """Start a fake server of Sentry, to whose URL the settings of this test point."""
    with serve(fake, load_spec("sentry.json")) as served:
        monkeypatch.setenv("KRAFTER_SENTRY_URL", served.url)
        yield served


def connect(server: FakeServer, client: Client | None = None, **credentials: Any) -> Sentry:
    """Return the provider with changed credentials."""
    return Sentry(client or Client(), {**CREDENTIALS, **credentials}, server.url, sleep=lambda seconds: None)


@pytest.fixture
def provider(server: FakeServer) -> Sentry:
    """Return the provider, with credentials that its fake server accepts."""
    return connect(server)


@pytest.fixture
def integration(project: Project, server: FakeServer) -> Integration:
    """Connect the project to Sentry."""
    return services.connect(project, "sentry", credentials=CREDENTIALS, by=SYSTEM)
