"""Linear on loopback, its provider, and a project that is connected to it."""

from collections.abc import Iterator
from typing import Any

import pytest

from accounts.actors import SYSTEM
from accounts.models import Project
from integrations import services
from integrations.models import Integration
from integrations.providers.linear import Linear
from krafter_audit.http.client import Client
from tests.fakes.tracker import serve
from tests.fakes.trackers.linear import FakeLinear


@pytest.fixture
def linear(loopback: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeLinear]:
    """Start a fake Linear, to whose URL the settings of this test point."""
    with serve(FakeLinear()) as fake:
        monkeypatch.setenv("KRAFTER_LINEAR_URL", fake.api_url)
        yield fake


def connect(linear: FakeLinear, client: Client, **credentials: Any) -> Linear:
    """Return the provider with changed credentials."""
    return Linear(client, {**linear.credentials, **credentials}, linear.url, sleep=lambda seconds: None)


@pytest.fixture
def provider(linear: FakeLinear, http_client: Client) -> Linear:
    """Return the provider, with credentials that its fake server accepts."""
    return connect(linear, http_client)


@pytest.fixture
def integration(project: Project, linear: FakeLinear) -> Integration:
    """Connect the project to Linear."""
    return services.connect(project, "linear", credentials=linear.credentials, by=SYSTEM)
