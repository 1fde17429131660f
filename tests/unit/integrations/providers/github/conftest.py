"""The provider of GitHub, for GitHub on loopback."""

from typing import Any

import pytest

from integrations.providers.github import GitHub
from krafter_audit.http.client import Client
from tests.fakes.trackers.github import FakeGitHub


def connect(github: FakeGitHub, client: Client, **credentials: Any) -> GitHub:
    """Return the provider with changed credentials."""
    return GitHub(client, {**github.credentials, **credentials}, github.url, sleep=lambda seconds: None)


@pytest.fixture
def provider(github: FakeGitHub, http_client: Client) -> GitHub:
    """Return the provider, with credentials that its fake server accepts."""
    return connect(github, http_client)
