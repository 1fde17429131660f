"""Search Console on loopback, its provider, and a project that is connected to it."""

from collections.abc import Iterator
from typing import Any

import pytest

from accounts.actors import SYSTEM
from accounts.models import Project
from accounts.services import create_organization, create_project
from integrations import services
from integrations.models import Integration
from integrations.providers.gsc import SearchConsole
from krafter_audit.http.client import Client
from tests.fakes.gsc import CREDENTIALS, SITE, FakeSearchConsole
from tests.fakes.specs import load_spec
from tests.fakes.vendor_server import FakeServer, serve


@pytest.fixture
def project(db: None) -> Project:
    """A project whose site is the property."""
    return create_project(create_organization("Acme"), slug="shop", site_url=SITE)


@pytest.fixture
def fake() -> FakeSearchConsole:
    """Return the data that the fake server of Search Console serves."""
    return FakeSearchConsole()


@pytest.fixture
def server(fake: FakeSearchConsole, loopback: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeServer]:
    """Start a fake server of Search Console, to whose URL the settings of this test point."""
    with serve(fake, load_spec("gsc.json")) as served:
        monkeypatch.setenv("KRAFTER_GSC_URL", served.url)
        yield served


def connect(server: FakeServer, client: Client | None = None, **credentials: Any) -> SearchConsole:
    """Return the provider with changed credentials."""
    given = {**CREDENTIALS, **credentials}
    return SearchConsole(client or Client(), given, server.url, sleep=lambda seconds: None)


@pytest.fixture
def provider(server: FakeServer) -> SearchConsole:
    """Return the provider, with credentials that its fake server accepts."""
    return connect(server)


@pytest.fixture
def integration(project: Project, server: FakeServer) -> Integration:
    """Connect the project to Search Console."""
    return services.connect(project, "gsc", credentials=CREDENTIALS, by=SYSTEM)
