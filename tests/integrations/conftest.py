"""A GitHub on loopback, a project that is connected to it, and one way to look at how things stand."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pytest_django import Settings

from accounts.actors import SYSTEM
from accounts.models import Project
from findings.services.ingestion import FindingReport, ingest_one
from integrations import services
from integrations import sync as engine
from integrations.models import Integration
from integrations.providers.base import Provider
from krafter_audit.http.client import Client
from remediation.models import Task
from remediation.services import tasks
from tests import factories
from tests.integrations import trackers
from tests.integrations.fake_github import REPOSITORY, TOKEN, FakeGitHub, serve
from tests.integrations.trackers import FarEnd

MakeTask = Callable[..., Task]
CREDENTIALS = {"token": TOKEN, "repository": REPOSITORY}


@pytest.fixture(autouse=True)
def _asked_again_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A vendor that is away is asked again at once instead of after seconds: the clock is faked, the asking is not."""
    monkeypatch.setitem(Provider.__init__.__kwdefaults__, "sleep", lambda seconds: None)


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


@pytest.fixture
def project(db: None) -> Project:
    """A project of an organisation of its own."""
    return factories.project()


@pytest.fixture
def make_task(project: Project) -> MakeTask:
    """Make a task for a finding that no automatic check verifies."""

    def make(title: str = "Send a Content-Security-Policy", **fields: Any) -> Task:
        fix = {"summary": "Name a default.", "steps": ["Add the header."], "references": []}
        seen = FindingReport("security", f"Finding of {title}", severity="high", recommended_fix=fix)
        finding, _ = ingest_one(project, seen, by=SYSTEM)
        return tasks.create(project, finding_id=finding.pk, title=title, by=SYSTEM, **fields)

    return make


@pytest.fixture
def integration(project: Project, github: FakeGitHub) -> Integration:
    """GitHub, connected."""
    return services.connect(project, "github", credentials=CREDENTIALS, by=SYSTEM)


@pytest.fixture
def sync(integration: Integration) -> Callable[[], Integration]:
    """Ask for a sync and let a worker carry it out."""

    def run() -> Integration:
        services.request_sync(integration.project, "github", by=SYSTEM)
        engine.sync(integration.pk)
        integration.refresh_from_db()
        return integration

    return run


@pytest.fixture(params=sorted(trackers.KINDS))
def tracker(
    request: pytest.FixtureRequest, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> Iterator[FarEnd]:
    """Each of the four in turn."""
    settings.KRAFTER_ALLOWED_NETWORKS = "127.0.0.0/8"
    for far_end in trackers.serve(request.param):
        monkeypatch.setenv(f"KRAFTER_{request.param.upper()}_URL", far_end.setting)
        yield far_end
