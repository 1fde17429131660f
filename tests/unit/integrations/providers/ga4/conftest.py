"""Google Analytics on loopback, its provider, and a project that is connected to it."""

from collections.abc import Iterator
from typing import Any

import pytest

from accounts.actors import SYSTEM
from accounts.models import Project
from integrations import services
from integrations.models import Integration
from integrations.providers.ga4 import Analytics
from krafter_audit.http.client import Client
from tests.fakes.ga4 import CREDENTIALS, AnalyticsSpecs, FakeAnalytics
from tests.fakes.specs import load_spec
from tests.fakes.vendor_server import FakeServer, serve


@pytest.fixture
def fake() -> FakeAnalytics:
    """Return the data that the fake server of Google Analytics serves."""
    return FakeAnalytics()


@pytest.fixture
def server(fake: FakeAnalytics, loopback: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeServer]:
    """Start a fake server of Google Analytics, to whose URL the settings of this test point."""
    with serve(fake, AnalyticsSpecs() if load_spec("ga4.json") else None) as served:
        monkeypatch.setenv("KRAFTER_GA4_URL", served.url)
        yield served


def connect(server: FakeServer, client: Client | None = None, **credentials: Any) -> Analytics:
    """Return the provider with changed credentials."""
    given = {**CREDENTIALS, **credentials}
    return Analytics(client or Client(), given, server.url, sleep=lambda seconds: None)


@pytest.fixture
def provider(server: FakeServer) -> Analytics:
    """Return the provider, with credentials that its fake server accepts."""
    return connect(server)


@pytest.fixture
def integration(project: Project, server: FakeServer) -> Integration:
    """Connect the project to Google Analytics."""
    return services.connect(project, "ga4", credentials=CREDENTIALS, by=SYSTEM)
