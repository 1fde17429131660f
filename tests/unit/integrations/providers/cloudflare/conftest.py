"""Cloudflare on loopback, its provider, and a project that is connected to it."""

from collections.abc import Iterator
from typing import Any

import pytest

from accounts.actors import SYSTEM
from accounts.models import Project
from integrations import services
from integrations.models import Integration
from integrations.providers.cloudflare import Cloudflare
from krafter_audit.http.client import Client
from tests.fakes.cloudflare import CREDENTIALS, FakeZone
from tests.fakes.specs import load_spec
from tests.fakes.vendor_server import FakeServer, serve


@pytest.fixture
def zone() -> FakeZone:
    """Return the data that the fake server of Cloudflare serves."""
    return FakeZone()


@pytest.fixture
def server(zone: FakeZone, loopback: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeServer]:
    """Start a fake server of Cloudflare, to whose URL the settings of this test point."""
    with serve(zone, load_spec("cloudflare.json")) as served:
        monkeypatch.setenv("KRAFTER_CLOUDFLARE_URL", served.url)
        yield served


def connect(server: FakeServer, client: Client | None = None, **credentials: Any) -> Cloudflare:
    """Return the provider with changed credentials."""
    given = {**CREDENTIALS, **credentials}
    return Cloudflare(client or Client(), given, server.url, sleep=lambda seconds: None)


@pytest.fixture
def provider(server: FakeServer) -> Cloudflare:
    """Return the provider, with credentials that its fake server accepts."""
    return connect(server)


@pytest.fixture
def integration(project: Project, server: FakeServer) -> Integration:
    """Connect the project to Cloudflare."""
    return services.connect(project, "cloudflare", credentials=CREDENTIALS, by=SYSTEM)
