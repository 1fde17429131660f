"""A GitHub on loopback, and the one client that may reach it."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from krafter_audit.lib.http import Client
from tests.integrations.fake_github import FakeGitHub, serve


@pytest.fixture
def github(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeGitHub]:
    """The far end; afterwards nothing that it was asked may break GitHub's description."""
    settings.KRAFTER_ALLOWED_NETWORKS = "127.0.0.0/8"
    for far_end in serve():
        monkeypatch.setenv("KRAFTER_GITHUB_URL", far_end.url)
        monkeypatch.setenv("KRAFTER_GITHUB_TOKEN_URL", f"{far_end.url}/login/oauth/access_token")
        yield far_end
        assert far_end.complaints == []


@pytest.fixture
def client_out(github: FakeGitHub) -> Iterator[Client]:
    """The guarded client."""
    with Client() as client:
        yield client
