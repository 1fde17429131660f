"""GitLab on loopback, its provider, and a project that is connected to it."""

from collections.abc import Iterator
from typing import Any

import pytest

from accounts.actors import SYSTEM
from accounts.models import Project
from integrations import services
from integrations.models import Integration
from integrations.providers.gitlab import GitLab
from krafter_audit.http.client import Client
from tests.fakes.tracker import serve
from tests.fakes.trackers.gitlab import FakeGitLab


@pytest.fixture
def gitlab(loopback: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeGitLab]:
    """Start a fake GitLab, to whose URL the settings of this test point."""
    with serve(FakeGitLab()) as fake:
        monkeypatch.setenv("KRAFTER_GITLAB_URL", fake.api_url)
        monkeypatch.setenv("KRAFTER_GITLAB_TOKEN_URL", f"{fake.url}{fake.token_path}")
        yield fake


def connect(gitlab: FakeGitLab, client: Client, **credentials: Any) -> GitLab:
    """Return the provider with changed credentials."""
    given = {**gitlab.credentials, "base_url": gitlab.url, **credentials}
    return GitLab(client, given, sleep=lambda seconds: None)


@pytest.fixture
def provider(gitlab: FakeGitLab, http_client: Client) -> GitLab:
    """Return the provider, with credentials that its fake server accepts."""
    return connect(gitlab, http_client)


@pytest.fixture
def integration(project: Project, gitlab: FakeGitLab) -> Integration:
    """Connect the project to GitLab."""
    return services.connect(project, "gitlab", credentials=gitlab.credentials, by=SYSTEM)
